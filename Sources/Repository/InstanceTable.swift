internal import ObjectStore

/// Where every known instance is: flat arrays and an open hash table, about 80 bytes an instance.
///
/// Ids are uniform, so their first word is the hash. A chunk with several instances occupies
/// several slots; a search goes on until an empty one.
struct InstanceTable: Sendable {
  struct Place: Sendable {
    var id: PackID
    var size: Int
    /// Whether the pack is missing or cut, so that nothing may rely on it.
    fileprivate(set) var isLost = false
    /// Its instances, which stand together.
    fileprivate var rows: Range<Int>
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
    var depth: UInt8
  }

  private(set) var packs: [Place] = []
  private var packNumbers: [PackID: UInt32] = [:]
  private var rows: [Row] = []
  private var bases: [ChunkID] = []
  private var slots: [UInt32] = Array(repeating: empty, count: 64)
  private static let empty = UInt32.max

  /// The number of instances.
  var count: Int { rows.count }

  /// Adds a pack with its instances; one that is known already is passed over.
  mutating func add(_ entry: PackEntry) {
    guard packNumbers[entry.id] == nil else { return }
    let number = UInt32(packs.count)
    packNumbers[entry.id] = number
    let rows = rows.count..<rows.count + entry.instances.count
    packs.append(Place(id: entry.id, size: entry.size, rows: rows))
    for (instance, offset) in entry.instances { add(instance, offset, pack: number) }
  }

  /// Passes over all packs that a listing does not show at their full size.
  mutating func disregardPacks(notIn sizes: [ObjectName: Int]) {
    for number in packs.indices {
      let name = Pack.name(packs[number].id)
      if sizes[name] != packs[number].size { packs[number].isLost = true }
    }
  }

  /// Whether the chunk has an instance that may be relied on.
  func contains(_ id: ChunkID) -> Bool {
    var slot = firstSlot(of: id)
    while slots[slot] != Self.empty {
      let row = rows[Int(slots[slot])]
      if row.id == id && !packs[Int(row.pack)].isLost { return true }
      slot = (slot + 1) & (slots.count - 1)
    }
    return false
  }

  /// All instances of a chunk that may be relied on, full ones first.
  func locations(of id: ChunkID) -> [Location] {
    var found: [Location] = []
    var slot = firstSlot(of: id)
    while slots[slot] != Self.empty {
      let row = rows[Int(slots[slot])]
      if row.id == id && !packs[Int(row.pack)].isLost { found.append(location(row)) }
      slot = (slot + 1) & (slots.count - 1)
    }
    return found.count > 1 ? found.sorted { $0.instance.depth < $1.instance.depth } : found
  }

  /// All instances in a pack, in the order of their offsets.
  func locations(inPack id: PackID) -> [Location] {
    guard let number = packNumbers[id] else { return [] }
    return rows[packs[Int(number)].rows].map { location($0) }
  }

  /// One place where a chunk is.
  struct Location: Sendable {
    var pack: UInt32
    var offset: Int
    var instance: Instance
  }

  private func location(_ row: Row) -> Location {
    let instance = Instance(
      id: row.id,
      base: row.base < 0 ? nil : bases[Int(row.base)],
      generation: row.generation,
      storedLength: row.storedLength,
      rawLength: row.rawLength,
      kind: row.kind,
      codec: row.codec,
      depth: row.depth
    )
    return Location(pack: row.pack, offset: Int(row.offset), instance: instance)
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
        depth: instance.depth
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
