public import Files
public import Foundation
internal import Problems
internal import Synchronization

/// A disk in memory that loses power at a chosen step, and with it what was not synced.
///
/// It keeps POSIX's promises and not one more: a file's bytes are safe after fsync of the file, a
/// name after fsync of its directory. Of everything else a seed decides whether it survives: each
/// name by itself, and of unsynced bytes all, none, a beginning, or zeros. Its clock stands still until
/// it is moved.
public final class CrashDisk: FileSystem {
  /// What happens at a step.
  public enum Fault: String, Sendable, CaseIterable {
    /// It works.
    case none
    /// The power goes before the step.
    case powerLoss
    /// The power goes within the step: of a write, a beginning was done.
    case torn
    /// The process is killed before the step: the disk keeps what it has, synced or not.
    case kill
    /// The step fails, as on a full disk, and the process goes on.
    case failure
  }

  fileprivate enum Node: Equatable {
    case file(Int)
    case folder(Int)
  }

  fileprivate struct State {
    /// What files hold for who reads now, and after a loss of power.
    var bytes: [Int: [UInt8]] = [:]
    var syncedBytes: [Int: [UInt8]] = [:]
    /// When files were made.
    var times: [Int: Date] = [:]
    var now = Date(timeIntervalSince1970: 1_769_904_000)
    /// What directories hold now, and after a loss of power.
    var names: [Int: [String: Node]] = [0: [:]]
    var syncedNames: [Int: [String: Node]] = [0: [:]]
    var lastNode = 0
    var steps: [String] = []
    var isDown = false
  }

  private let state: Mutex<State>
  private let plan: @Sendable (_ step: Int) -> Fault

  /// An empty disk.
  public init() {
    state = Mutex(State())
    plan = { _ in .none }
  }

  private init(_ state: sending State, _ plan: @escaping @Sendable (Int) -> Fault) {
    self.state = Mutex(state)
    self.plan = plan
  }

  /// The steps that changed something so far, in words.
  public var steps: [String] { state.withLock { $0.steps } }

  /// The time by the disk's own clock.
  public var now: Date { state.withLock { $0.now } }

  /// Lets time pass.
  public func pass(hours: Double) { state.withLock { $0.now += hours * 3600 } }

  /// The same disk for another process, which meets faults as planned.
  ///
  /// - Parameter plan: What happens at each step, from 1.
  /// - Returns: A disk of its own: changes do not reach this one.
  public func copy(plan: @escaping @Sendable (_ step: Int) -> Fault = { _ in .none }) -> CrashDisk {
    var copy = state.withLock { $0 }
    copy.steps = []
    copy.isDown = false
    return CrashDisk(copy, plan)
  }

  /// The disk after the power came back; the seed decides what else than synced bytes survived.
  public func rebooted(seed: UInt64) -> CrashDisk {
    var generator = SeededGenerator(seed: seed)
    let old = state.withLock { $0 }
    var fresh = State()
    fresh.lastNode = old.lastNode
    fresh.times = old.times
    fresh.now = old.now
    for (folder, names) in old.names.sorted(by: { $0.key < $1.key }) {
      let survivors = Self.survivors(names, old.syncedNames[folder] ?? [:], &generator)
      fresh.names[folder] = survivors
      fresh.syncedNames[folder] = survivors
    }
    for (file, bytes) in old.bytes.sorted(by: { $0.key < $1.key }) {
      let survivor = Self.survivor(bytes, old.syncedBytes[file], &generator)
      fresh.bytes[file] = survivor
      fresh.syncedBytes[file] = survivor
    }
    return CrashDisk(fresh) { _ in .none }
  }

  private static func survivors(
    _ now: [String: Node],
    _ synced: [String: Node],
    _ generator: inout SeededGenerator
  ) -> [String: Node] {
    var survivors: [String: Node] = [:]
    for name in Set(now.keys).union(synced.keys).sorted() {
      let isNew = now[name] == synced[name] || Bool.random(using: &generator)
      survivors[name] = isNew ? now[name] : synced[name]
    }
    return survivors
  }

  private static func survivor(
    _ now: [UInt8],
    _ synced: [UInt8]?,
    _ generator: inout SeededGenerator
  ) -> [UInt8] {
    guard now != synced else { return now }
    switch UInt8.random(in: 0..<4, using: &generator) {
    case 0: return now
    case 1: return Array(now.prefix(Int.random(in: 0...now.count, using: &generator)))
    case 2: return Array(repeating: 0, count: now.count)
    default: return synced ?? []
    }
  }

  /// One step that changes the disk.
  private func step<Result>(
    _ words: String,
    torn: (inout State) -> Void = { _ in },
    _ body: (inout State) throws -> Result
  ) throws -> Result {
    try state.withLock { state in
      guard !state.isDown else { throw Self.down }
      state.steps.append(words)
      switch plan(state.steps.count) {
      case .none: return try body(&state)
      case .failure:
        throw Problem(code: "files.failed", "the disk failed as planned at: \(words)")
      case .torn:
        torn(&state)
        state.isDown = true
        throw Self.down
      case .powerLoss, .kill:
        state.isDown = true
        throw Self.down
      }
    }
  }

  private func look<Result>(_ body: (State) throws -> Result) throws -> Result {
    try state.withLock { state in
      guard !state.isDown else { throw Self.down }
      return try body(state)
    }
  }

  private static let down = Problem(code: "tests.power-lost", "the process is gone, as planned")
}

extension CrashDisk {
  /// Makes a directory.
  public func makeDirectory(_ path: String, mode: UInt32) throws {
    try step("mkdir \(path)") { state in
      let (folder, name) = try state.place(of: path)
      guard state.names[folder]?[name] == nil else { throw Self.problem("exists", path) }
      state.lastNode += 1
      state.names[state.lastNode] = [:]
      state.syncedNames[state.lastNode] = [:]
      state.names[folder]?[name] = .folder(state.lastNode)
    }
  }

  /// Whether the path leads to a directory.
  public func isDirectory(_ path: String) -> Bool {
    state.withLock { state in
      if case .folder? = state.node(at: path) { return true }
      return false
    }
  }

  /// The entries of a directory.
  public func entries(of path: String) throws -> [Directory.Entry] {
    try look { state in
      guard case .folder(let folder)? = state.node(at: path) else {
        throw Self.problem("not-found", path)
      }
      return (state.names[folder] ?? [:]).sorted { $0.key < $1.key }.map { name, node in
        switch node {
        case .file(let file):
          let size = state.bytes[file]?.count ?? 0
          let modified = Int64(state.times[file]?.timeIntervalSince1970 ?? 0)
          return Directory.Entry(name: name, isDirectory: false, size: size, modified: modified)
        case .folder: return Directory.Entry(name: name, isDirectory: true, size: 0, modified: 0)
        }
      }
    }
  }

  /// Makes a file, writes it and syncs it: three steps.
  public func create(_ path: String, _ bytes: [UInt8], mode: UInt32, isSynced: Bool) throws {
    let file = try step("create \(path)") { state in
      let (folder, name) = try state.place(of: path)
      guard state.names[folder]?[name] == nil else { throw Self.problem("exists", path) }
      state.lastNode += 1
      state.bytes[state.lastNode] = []
      state.times[state.lastNode] = state.now
      state.names[folder]?[name] = .file(state.lastNode)
      return state.lastNode
    }
    let beginning = Array(bytes.prefix(bytes.count / 2))
    try step("write \(path)", torn: { $0.bytes[file] = beginning }) { $0.bytes[file] = bytes }
    guard isSynced else { return }
    try step("fsync \(path)") { $0.syncedBytes[file] = bytes }
  }

  /// Gives a file a second name.
  public func link(_ path: String, to other: String) throws {
    try step("link \(other)") { state in
      let (folder, name) = try state.place(of: other)
      guard let node = state.node(at: path) else { throw Self.problem("not-found", path) }
      guard state.names[folder]?[name] == nil else { throw Self.problem("exists", other) }
      state.names[folder]?[name] = node
    }
  }

  /// Gives a file another name.
  public func rename(_ path: String, to other: String) throws {
    try step("rename \(other)") { state in
      let (folder, name) = try state.place(of: path)
      let (newFolder, newName) = try state.place(of: other)
      guard let node = state.names[folder]?.removeValue(forKey: name) else {
        throw Self.problem("not-found", path)
      }
      state.names[newFolder]?[newName] = node
    }
  }

  /// Removes a name.
  public func remove(_ path: String) throws {
    try step("unlink \(path)") { state in
      let (folder, name) = try state.place(of: path)
      guard state.names[folder]?.removeValue(forKey: name) != nil else {
        throw Self.problem("not-found", path)
      }
    }
  }

  /// Makes a directory's names durable.
  public func syncDirectory(_ path: String) throws {
    try step("fsync directory \(path)") { state in
      guard case .folder(let folder)? = state.node(at: path) else {
        throw Self.problem("not-found", path)
      }
      state.syncedNames[folder] = state.names[folder]
    }
  }

  /// A file's size.
  public func size(of path: String) throws -> Int { try look { try $0.content(of: path).count } }

  /// A range of a file.
  public func read(_ path: String, _ range: Range<Int>) throws -> [UInt8] {
    try look { Array(try $0.content(of: path).dropFirst(range.lowerBound).prefix(range.count)) }
  }

  fileprivate static func problem(_ word: String, _ path: String) -> Problem {
    Problem(code: "files.\(word)", "\(path): \(word)", facts: [.init("path", path)])
  }
}

extension CrashDisk.State {
  /// What a path leads to.
  fileprivate func node(at path: String) -> CrashDisk.Node? {
    var node = CrashDisk.Node.folder(0)
    for part in path.split(separator: "/") {
      guard case .folder(let folder) = node, let next = names[folder]?[String(part)] else {
        return nil
      }
      node = next
    }
    return node
  }

  /// The directory of a path, and the last name.
  fileprivate func place(of path: String) throws -> (folder: Int, name: String) {
    guard let name = path.split(separator: "/").last,
      case .folder(let folder)? = node(at: Directory.parent(of: path))
    else { throw CrashDisk.problem("not-found", path) }
    return (folder, String(name))
  }

  /// The bytes of a file.
  fileprivate func content(of path: String) throws -> [UInt8] {
    guard case .file(let file)? = node(at: path) else {
      throw CrashDisk.problem("not-found", path)
    }
    return bytes[file] ?? []
  }
}
