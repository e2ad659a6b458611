internal import Faults
public import Files
internal import Problems

/// A store in a directory of a local or mounted file system.
///
/// Each object is one file. Writes are durable: see `AtomicFile`. What begins with a dot is not an
/// object, which hides the temporary files of writers that were killed.
public struct LocalStore: ObjectStore {
  /// The directory.
  public let location: String
  let files: any FileSystem
  private let durability: AtomicFile.Durability
  private let names: DurableNames

  /// Uses a directory, which is made by the first `put`.
  ///
  /// - Parameters:
  ///   - directory: The path.
  ///   - isDurable: False only where losing the store with the power is fine, as in tests.
  ///   - files: Where the directory is; another one only in tests.
  public init(
    _ directory: String,
    isDurable: Bool = true,
    on files: any FileSystem = SystemFiles()
  ) {
    var path = directory
    while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
    location = path
    self.files = files
    durability = isDurable ? .durable : .fast
    names = DurableNames(below: path, on: files)
  }

  /// Writes a new file under a temporary name, then links it to its own.
  public func put(_ name: ObjectName, _ bytes: [UInt8]) throws {
    let path = path(of: name)
    let directory = Directory.parent(of: path)
    try meet(FaultPoint.pass("store before put: \(name.text)"), name)
    defer { FaultPoint.pass("store after put: \(name.text)") }
    do {
      if durability == .durable {
        try names.prepare(directory)
      } else {
        try Directory.create(directory, on: files)
      }
      try AtomicFile.write(
        bytes,
        to: path,
        collision: .refuse,
        durability: durability,
        on: files
      )
    } catch let problem as Problem where problem.code == "files.exists" {
      throw StoreProblem.exists(name, in: location)
    }
  }

  /// Reads the whole file.
  public func get(_ name: ObjectName) throws -> [UInt8] {
    try naming(name) { try files.read(path(of: name), 0..<Int.max) }
  }

  /// Reads a range of the file.
  public func get(_ name: ObjectName, range: Range<Int>) throws -> [UInt8] {
    try naming(name) {
      let path = path(of: name)
      let bytes = try range.lowerBound < 0 ? [] : files.read(path, range)
      guard bytes.count == range.count else {
        let size = try files.size(of: path)
        throw StoreProblem.short(name, in: location, size: size, range: range)
      }
      return bytes
    }
  }

  /// Always: a file is near.
  public func isNear(_ name: ObjectName, range: Range<Int>) -> Bool { true }

  /// The file's size.
  public func size(of name: ObjectName) throws -> Int {
    try naming(name) { try files.size(of: path(of: name)) }
  }

  /// Walks the directory; what it shows survives a crash, also where its writer has not.
  public func list(_ directory: String) throws -> [ObjectInfo] {
    var found: [ObjectInfo] = []
    try walk(directory, into: &found)
    return found.sorted { $0.name < $1.name }
  }

  /// Removes the file, durably.
  public func delete(_ name: ObjectName) throws {
    let path = path(of: name)
    try meet(FaultPoint.pass("store before delete: \(name.text)"), name)
    defer { FaultPoint.pass("store after delete: \(name.text)") }
    try naming(name) { try files.remove(path) }
    if durability == .durable { try files.syncDirectory(Directory.parent(of: path)) }
  }

  private func path(of name: ObjectName) -> String { "\(location)/\(name.text)" }

  /// Makes a fault happen that a test wants here: what a server's fate is not is the write's.
  private func meet(_ fault: Fault?, _ name: ObjectName) throws {
    guard let fault else { return }
    throw Problem(
      code: "files.write",
      "cannot write \(path(of: name))",
      reason: fault == .fullDisk ? "No space left on device" : "an error that a test injected",
      hint: "Free space there, and run the command again."
    )
  }

  private func naming<Result>(_ name: ObjectName, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let problem as Problem where problem.code == "files.not-found" {
      throw StoreProblem.notFound(name, in: location)
    }
  }

  private func walk(_ directory: String, into found: inout [ObjectInfo]) throws {
    let path = directory.isEmpty ? location : "\(location)/\(directory)"
    guard files.isDirectory(path) else { return }
    let entries = try files.entries(of: path)
    if durability == .durable { try names.settle(path, entries) }
    for entry in entries where !entry.name.hasPrefix(".") {
      let text = directory.isEmpty ? entry.name : "\(directory)/\(entry.name)"
      if entry.isDirectory {
        try walk(text, into: &found)
      } else if let name = ObjectName(text) {
        found.append(ObjectInfo(name: name, size: entry.size, modified: entry.modified))
      }
    }
  }
}
