public import Migration

extension Receipt {
  /// What `lock-first` patches lock at their head: the strongest lock on each table that the
  /// rehearsal saw, while nothing is held yet.
  ///
  /// Tables that the patches make themselves are not there to be locked.
  public var firstLocks: [Version: [Runner.TableLock]] {
    var locks: [Version: [Runner.TableLock]] = [:]
    for patch in patches where direction == .up {
      guard let version = Version(patch.version) else { continue }
      locks[version] = patch.locks.filter { coverage[$0.table] != nil }
        .compactMap { lock in lock.sqlMode.map { .init(table: lock.table, mode: $0) } }
    }
    return locks
  }
}

extension Observation.Lock {
  /// The modes of tables, the weakest first (manual, 13.3.1).
  private static let modes =
    [
      "AccessShareLock": "ACCESS SHARE", "RowShareLock": "ROW SHARE",
      "RowExclusiveLock": "ROW EXCLUSIVE", "ShareUpdateExclusiveLock": "SHARE UPDATE EXCLUSIVE",
      "ShareLock": "SHARE", "ShareRowExclusiveLock": "SHARE ROW EXCLUSIVE",
      "ExclusiveLock": "EXCLUSIVE", "AccessExclusiveLock": "ACCESS EXCLUSIVE",
    ] as KeyValuePairs

  /// The mode as `LOCK TABLE` writes it; nil for one that no table has.
  var sqlMode: String? { Self.modes.first { $0.key == mode }?.value }

  /// Where the mode stands among the others; the strongest is last.
  private var strength: Int { Self.modes.firstIndex { $0.key == mode } ?? -1 }

  /// The strongest of several locks on each table, in the order of their names.
  static func strongest(_ locks: [Observation.Lock]) -> [Observation.Lock] {
    Dictionary(grouping: locks, by: \.table).values
      .compactMap { $0.max { $0.strength < $1.strength } }
      .sorted { $0.table < $1.table }
  }
}
