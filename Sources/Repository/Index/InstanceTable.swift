internal import ObjectStore

/// Where every known instance is: in memory, or in a file of the local cache.
///
/// In memory they take flat arrays and an open hash table, about 80 bytes an instance. Ids are
/// uniform, so their first word is the hash. A chunk with several instances occupies several slots;
/// a search goes on until an empty one. What a large repository has more of is in ``MergedIndex``.
///
/// What may be relied on, with all that it stands on, is in `InstanceTable+Bases.swift`.
struct InstanceTable: Sendable {
  /// A pack; those of the merged index come first, in the order of ids.
  struct Place: Sendable, Equatable {
    let id: PackID
    let size: Int
    /// Whether the pack is missing or cut, so that nothing may rely on it.
    fileprivate(set) var isLost = false

    init(id: PackID, size: Int) {
      self.id = id
      self.size = size
    }
  }

  /// One place where a chunk is.
  struct Location: Sendable {
    /// The instance's own number in this table, from 0 to `count - 1`; it stays when packs are
    /// disregarded, and changes when more are added.
    var position: Int
    var pack: UInt32
    var offset: Int
    var instance: Instance
  }

  private struct Row: Sendable {
    var id: ChunkID
    var pack: UInt32
    var offset: UInt32
    var storedLength: UInt32
    var rawLength: UInt32
    var generation: UInt32
    // An index into `bases`, or -1.
    var base: Int32
    var kind: ChunkKind
    var codec: Instance.Codec
    var version: UInt8
  }

  /// One instance whose bytes were found damaged.
  private struct LostInstance: Hashable, Sendable {
    var pack: UInt32
    var offset: Int
  }

  /// Instances that are not in memory.
  let merged: MergedIndex?
  private(set) var packs: [Place]
  private var packNumbers: [PackID: UInt32] = [:]
  private var rows: [Row] = []
  private var bases: [ChunkID] = []
  private var slots: [UInt32] = Array(repeating: empty, count: 64)
  private var lost: Set<LostInstance> = []
  /// The generations whose instances count; nil for all.
  private var generations: Set<UInt32>?
  private static let empty = UInt32.max

  /// A table without instances in memory.
  init(merged: MergedIndex? = nil) {
    self.merged = merged
    packs = merged?.packs ?? []
  }

  /// The number of instances.
  var count: Int { (merged?.count ?? 0) + rows.count }

  /// The number of instances that are in memory.
  var countInMemory: Int { rows.count }

  /// Adds a pack with its instances; one that is known already is passed over.
  mutating func add(_ entry: PackEntry) {
    guard packNumbers[entry.id] == nil, merged?.number(ofPack: entry.id) == nil else { return }
    let number = UInt32(packs.count)
    packNumbers[entry.id] = number
    packs.append(Place(id: entry.id, size: entry.size))
    for (instance, offset) in entry.instances { add(instance, offset, pack: number) }
  }

  /// Passes over all packs that a listing does not show at their full size.
  mutating func disregardPacks(notIn sizes: [ObjectName: Int]) {
    for number in packs.indices {
      let name = Pack.name(packs[number].id)
      if sizes[name] != packs[number].size { packs[number].isLost = true }
    }
  }

  /// Passes over packs that are there and must not be relied on.
  mutating func disregardPacks(_ condemned: Set<PackID>) {
    guard !condemned.isEmpty else { return }
    for number in packs.indices where condemned.contains(packs[number].id) {
      packs[number].isLost = true
    }
  }

  /// Passes over one instance whose bytes are damaged.
  mutating func disregard(_ offset: Int, inPack id: PackID) {
    guard let pack = packNumbers[id] ?? merged?.number(ofPack: id) else { return }
    lost.insert(LostInstance(pack: pack, offset: offset))
  }

  /// Passes over all instances but those of some generations; nil changes nothing.
  ///
  /// The others are what one's own slot may not read, or may not rely on.
  mutating func restrict(to generations: Set<UInt32>?) {
    self.generations = generations ?? self.generations
  }

  /// Whether a full instance of the chunk is there: the common answer, in memory at once.
  func hasFull(_ id: ChunkID) throws -> Bool {
    var slot = firstSlot(of: id)
    while slots[slot] != Self.empty {
      let row = rows[Int(slots[slot])]
      if row.id == id && row.base < 0 && counts(row) { return true }
      slot = (slot + 1) & (slots.count - 1)
    }
    return try mergedLocations(id, false).contains { $0.instance.base == nil }
  }

  /// All instances of a chunk that are there, full ones first.
  ///
  /// - Parameters:
  ///   - id: The chunk's name.
  ///   - depth: Instances of this depth and deeper ones are left out: they are no base for it.
  ///   - withLost: Whether those come too that nothing may rely on.
  /// - Returns: The instances by depth. What they stand on is not looked at.
  /// - Throws: When the file of the merged index is broken and cannot be made again.
  func locations(
    of id: ChunkID,
    below depth: Int = .max,
    withLost: Bool = false
  ) throws -> [Location] {
    var found = try mergedLocations(id, withLost).filter { $0.instance.depth < depth }
    var slot = firstSlot(of: id)
    while slots[slot] != Self.empty {
      let row = rows[Int(slots[slot])]
      if row.id == id && isOurs(row.generation)
        && (withLost || !isLost(row.pack, Int(row.offset)))
        && Instance.depth(ofVersion: row.version) < depth
      {
        found.append(location(Int(slots[slot])))
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    return found.count > 1 ? found.sorted { $0.instance.depth < $1.instance.depth } : found
  }

  private func mergedLocations(_ id: ChunkID, _ withLost: Bool) throws -> [Location] {
    guard let merged else { return [] }
    return try merged.locations(of: id).filter {
      isOurs($0.instance.generation) && (withLost || !isLost($0.pack, $0.offset))
    }
  }

  /// Whether a place was found damaged, so that nothing may rely on it.
  func isLost(_ location: Location) -> Bool { isLost(location.pack, location.offset) }

  /// All instances in memory, by id, then by pack and offset.
  ///
  /// - Parameter order: For each pack its place in the order that is wanted.
  /// - Returns: The instances, one at a time.
  func sorted(byPack order: [UInt32]) -> some Sequence<Location> {
    rows.indices.sorted { left, right in
      let (left, right) = (rows[left], rows[right])
      if left.id != right.id { return left.id < right.id }
      return (order[Int(left.pack)], left.offset) < (order[Int(right.pack)], right.offset)
    }
    .lazy.map { location($0) }
  }

  /// Shows every instance once, also those that nothing may rely on.
  func visitAll(_ body: (Location) throws -> Void) throws {
    try merged?.visitAll(body)
    for number in rows.indices { try body(location(number)) }
  }

  private func counts(_ row: Row) -> Bool {
    isOurs(row.generation) && !isLost(row.pack, Int(row.offset))
  }

  private func isOurs(_ generation: UInt32) -> Bool {
    generations?.contains(generation) ?? true
  }

  private func isLost(_ pack: UInt32, _ offset: Int) -> Bool {
    packs[Int(pack)].isLost
      || (!lost.isEmpty && lost.contains(LostInstance(pack: pack, offset: offset)))
  }

  private func location(_ number: Int) -> Location {
    let row = rows[number]
    let instance = Instance(
      id: row.id,
      base: row.base < 0 ? nil : bases[Int(row.base)],
      generation: row.generation,
      storedLength: row.storedLength,
      rawLength: row.rawLength,
      kind: row.kind,
      codec: row.codec,
      version: row.version
    )
    return Location(
      position: (merged?.count ?? 0) + number,
      pack: row.pack,
      offset: Int(row.offset),
      instance: instance
    )
  }

  private mutating func add(_ instance: Instance, _ offset: UInt32, pack: UInt32) {
    var base: Int32 = -1
    if let id = instance.base {
      base = Int32(bases.count)
      bases.append(id)
    }
    rows.append(
      Row(
        id: instance.id,
        pack: pack,
        offset: offset,
        storedLength: instance.storedLength,
        rawLength: instance.rawLength,
        generation: instance.generation,
        base: base,
        kind: instance.kind,
        codec: instance.codec,
        version: instance.version
      )
    )
    if rows.count * 2 > slots.count { grow() } else { link(rows.count - 1) }
  }

  private mutating func grow() {
    slots = Array(repeating: Self.empty, count: slots.count * 2)
    for number in rows.indices { link(number) }
  }

  private mutating func link(_ number: Int) {
    var slot = firstSlot(of: rows[number].id)
    while slots[slot] != Self.empty { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = UInt32(number)
  }

  private func firstSlot(of id: ChunkID) -> Int {
    Int(truncatingIfNeeded: id.words.0) & (slots.count - 1)
  }
}
