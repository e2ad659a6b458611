/// The relations of a database: as they were before a patch, and as they stand now.
struct RelationMap {
  private let known: [Int: TableState]
  private let knownIndexes: [String: Int]
  private var current: [Int: TableState]
  private var currentIndexes: [String: TableState]
  /// What the patch made, and nothing of it belongs to a table that was there.
  private(set) var own: [Int] = []

  /// A map of what is there before a patch.
  init(_ relations: [TableState] = []) {
    known = Dictionary(relations.map { ($0.oid, $0) }, uniquingKeysWith: { first, _ in first })
    current = known
    let indexes = relations.filter(\.isIndex)
    knownIndexes = Dictionary(
      indexes.map { ($0.name, $0.oid) },
      uniquingKeysWith: { first, _ in first }
    )
    currentIndexes = Dictionary(
      indexes.map { ($0.name, $0) },
      uniquingKeysWith: { first, _ in first }
    )
  }

  /// Takes what was looked at after a statement.
  mutating func update(_ relations: [TableState]) {
    for state in relations {
      if current[state.oid] == nil, state.table.flatMap({ known[$0] }) == nil {
        own.append(state.oid)
      }
      current[state.oid] = state
      if state.isIndex { currentIndexes[state.name] = state }
    }
  }

  /// The relation as it stood after the last statement.
  subscript(oid: Int) -> TableState? { current[oid] }

  /// The relation, when it was there before the patch; indexes are locked with their table.
  func lockable(_ oid: Int) -> TableState? {
    known[oid].flatMap { $0.isIndex ? nil : $0 }
  }

  /// The index of that name as it stood after the last statement.
  func index(named name: String) -> TableState? { currentIndexes[name] }

  /// Whether an index of that name was there before the patch.
  func hadIndex(named name: String) -> Bool { knownIndexes[name] != nil }

  /// Locks by name, of what was there before the patch.
  func locks(_ locks: [Look.Lock]) -> [Observation.Lock] {
    let named = locks.compactMap { lock in
      lockable(lock.relation).map { Observation.Lock(table: $0.name, mode: lock.mode) }
    }
    return Set(named).sorted { ($0.table, $0.mode) < ($1.table, $1.mode) }
  }
}
