internal import Bytes
internal import Cryptography
internal import ObjectStore
internal import Problems
internal import Synchronization

/// The repository's index, loaded when it is first needed and refreshed on demand.
///
/// With a cache, a large repository's instances are found in a local file, and only what came since
/// the file was made is in memory. Without one, or when it cannot be written, all are in memory.
final class InstanceIndex: Sendable {
  static let directory = "index"
  private static let limit = 64 << 20

  private struct State {
    var cache: IndexCache?
    var table = InstanceTable()
    /// The index objects whose packs the table holds.
    var loaded: Set<ObjectName> = []
    /// Those of them whose packs are in memory.
    var inMemory: Set<ObjectName> = []
    var damages: [ObjectName: Problem] = [:]
    /// What was said of each pack that was read, where that is compared.
    var claims = PackClaims()
    /// Index objects that open, and do not say what is in a pack.
    var liars: [ObjectName: Problem] = [:]
    var isLoaded = false

    /// Notes an index object that does not say what is in a pack.
    mutating func note(liar: ObjectName, of pack: ObjectName) {
      var problem = Damage.problem(liar, "it does not say what is in the object \(pack)")
      problem.hint =
        "Delete the object \(liar) in the store, then run `drydock check --repair`, which makes "
        + "the index again from the packs. Somebody who holds a key of this repository wrote it."
      liars[liar] = problem
    }

    /// Forgets everything but what a file of the cache holds.
    mutating func begin(with merged: MergedIndex?) {
      table = InstanceTable(merged: merged)
      loaded = merged?.objects ?? []
      inMemory = []
      damages = [:]
      claims = PackClaims()
      liars = [:]
    }
  }

  private let store: any ObjectStore
  private let sealed: SealedObject
  private let comparesPacks: Bool
  private let state: Mutex<State>

  /// A view of the index.
  ///
  /// - Parameters:
  ///   - store: Where the index objects are.
  ///   - sealed: Opens them.
  ///   - cache: Where a large index goes.
  ///   - comparesPacks: Whether what they say of packs is compared, in a repository where hosts may
  ///     only write: what contradicts a pack counts as damaged. Only what is read in this process
  ///     is compared, so a cache has to be a fresh one.
  init(
    store: any ObjectStore,
    sealed: SealedObject,
    cache: IndexCache? = nil,
    comparesPacks: Bool = false
  ) {
    self.store = store
    self.sealed = sealed
    self.comparesPacks = comparesPacks && sealed.keys.ownGenerations != nil
    state = Mutex(State(cache: cache))
  }

  /// The table as it is known; loads it the first time.
  func table() throws -> InstanceTable {
    try state.withLock { state in
      if !state.isLoaded { try load(&state) }
      return readable(state.table)
    }
  }

  /// The table with what other writers have added meanwhile.
  func refreshed() throws -> InstanceTable {
    try state.withLock { state in
      try load(&state)
      return readable(state.table)
    }
  }

  /// Without what a slot that may only write cannot read.
  private func readable(_ table: InstanceTable) -> InstanceTable {
    guard !sealed.keys.isFull else { return table }
    var table = table
    table.restrict(to: sealed.keys.ownGenerations)
    return table
  }

  /// Why a chunk may be missing from the table: a damaged index object, when there is one.
  var damage: Problem? {
    guard var problem = damages.first?.problem else { return nil }
    problem.hint =
      "Run `drydock check --repair`, which makes the index again from the packs; "
      + "no chunk is lost by this."
    return problem
  }

  /// The index objects that cannot be read or believed, and why.
  var damages: [(object: ObjectName, problem: Problem)] {
    state.withLock { state in
      state.damages.merging(state.liars) { damage, _ in damage }
        .sorted { $0.key < $1.key }.map { (object: $0.key, problem: $0.value) }
    }
  }

  /// Loads what is listed; again where a collector has put one object in another's place meanwhile.
  private func load(_ state: inout State) throws {
    var listed = try store.list(Self.directory).map(\.name)
    for _ in 0..<8 {
      try load(listed, &state)
      if state.damages.isEmpty { return }
      let again = try store.list(Self.directory).map(\.name)
      if again == listed { return }
      listed = again
    }
  }

  private func load(_ listed: [ObjectName], _ state: inout State) throws {
    if !state.isLoaded { state.begin(with: state.cache?.open()) }
    // What left the store may have named packs that are gone with it, so all is read again.
    if !state.loaded.isSubset(of: listed) { state.begin(with: nil) }
    state.damages = [:]
    while true {
      let hadFile = state.table.merged != nil
      do {
        try read(listed, &state)
        return state.isLoaded = true
      } catch let failure as IndexCache.Failure {
        // A file that is broken although it was made just now shows a disk that is no use.
        if failure == .unusable || !hadFile { state.cache = nil }
        state.begin(with: nil)
      }
    }
  }

  /// Reads the index objects that are new, and moves what they say to the cache when it is much.
  private func read(_ listed: [ObjectName], _ state: inout State) throws {
    var runs: CacheRuns?
    for name in listed where !state.loaded.contains(name) {
      do {
        let entries = try Self.read(name, store, sealed)
        if comparesPacks { try compare(entries, name, &state) }
        for entry in entries { state.table.add(entry) }
        state.loaded.insert(name)
        state.inMemory.insert(name)
      } catch let problem as Problem where problem.code == Damage.code {
        // Other index objects, or one made again, may name the same packs.
        state.damages[name] = problem
      }
      if let cache = state.cache, state.table.countInMemory >= cache.runLength {
        try spill(&state, cache, &runs)
      }
    }
    guard let cache = state.cache,
      runs != nil || state.table.countInMemory >= cache.threshold
    else { return }
    try spill(&state, cache, &runs)
    guard let runs else { return }
    let file = try IndexCache.reportingFailure { try runs.merge() }
    state.table = InstanceTable(merged: cache.index(file))
  }

  /// Notes which index object lies, where two do not say the same of a pack: the pack's own
  /// directory tells, for its name is the hash of its bytes.
  private func compare(
    _ entries: [PackEntry],
    _ name: ObjectName,
    _ state: inout State
  ) throws {
    for (entry, earlier) in try state.claims.note(entries, in: name) {
      let pack = Pack.name(entry.id)
      do {
        let said = try Pack.readDirectory(
          of: pack,
          in: store,
          keys: sealed.keys,
          binding: sealed.binding
        )
        let isTrue = try PackClaims.digest(of: said) == PackClaims.digest(of: entry)
        state.note(liar: isTrue ? earlier : name, of: pack)
      } catch let problem as Problem where problem.code == StoreProblem.notFoundCode {
        // With a pack that has gone nobody loses anything by what is said of it.
      } catch let problem as Problem where problem.code == Damage.code {
        // One of them lies, and nobody can tell which.
        for object in [earlier, name] { state.note(liar: object, of: pack) }
      }
    }
  }

  /// Moves the instances in memory to a sorted run.
  private func spill(
    _ state: inout State,
    _ cache: IndexCache,
    _ runs: inout CacheRuns?
  ) throws {
    let merged = state.table.merged
    let sink = try IndexCache.reportingFailure { try runs ?? CacheRuns(cache, after: merged) }
    try IndexCache.reportingFailure { try sink.add(state.table, of: state.inMemory) }
    runs = sink
    state.table = InstanceTable(merged: merged)
    state.inMemory = []
  }

  /// Writes one index object over some packs.
  static func write(_ packs: [PackEntry], _ store: any ObjectStore, _ sealed: SealedObject) throws {
    var raw: [UInt8] = []
    raw.append(littleEndian: UInt32(packs.count))
    for pack in packs {
      pack.id.append(to: &raw)
      raw.append(littleEndian: UInt64(pack.size))
      Pack.appendEntries(pack.instances, to: &raw)
    }
    let name = ObjectName(components: directory, Hex.text(try Randomness.bytes(16)))
    try store.put(name, try sealed.seal(raw, as: .index, name: name))
  }

  /// Reads one index object.
  static func read(
    _ name: ObjectName,
    _ store: any ObjectStore,
    _ sealed: SealedObject
  ) throws -> [PackEntry] {
    let bytes = try store.get(name, limit: limit)
    return try Damage.naming(name) { try decode(try sealed.open(bytes, as: .index, name: name)) }
  }

  /// Reads what an index object holds.
  static func decode(_ content: [UInt8]) throws -> [PackEntry] {
    var reader = ByteReader(content)
    var packs: [PackEntry] = []
    for _ in 0..<(try reader.u32()) {
      let id = try PackID(reading: &reader)
      let size = try reader.u64()
      guard size <= UInt64(PackEntry.sizeLimit) else {
        throw Malformed("a pack cannot have \(size) bytes")
      }
      let instances = try Pack.readEntries(&reader)
      packs.append(PackEntry(id: id, size: Int(size), instances: instances))
    }
    try reader.expectEnd()
    return packs
  }
}
