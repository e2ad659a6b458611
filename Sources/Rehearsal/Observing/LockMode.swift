/// The modes in which a table can be locked, from weak to strong (manual, 13.3.1), by the names that
/// `pg_locks` gives them.
public enum LockMode: String, Sendable, CaseIterable, Comparable {
  /// What SELECT takes.
  case accessShare = "AccessShareLock"
  /// What SELECT FOR UPDATE takes.
  case rowShare = "RowShareLock"
  /// What INSERT, UPDATE and DELETE take.
  case rowExclusive = "RowExclusiveLock"
  /// What VACUUM and CREATE INDEX CONCURRENTLY take.
  case shareUpdateExclusive = "ShareUpdateExclusiveLock"
  /// What CREATE INDEX takes; from here on nobody can write.
  case share = "ShareLock"
  /// What CREATE TRIGGER and foreign keys take.
  case shareRowExclusive = "ShareRowExclusiveLock"
  /// What REFRESH MATERIALIZED VIEW CONCURRENTLY takes.
  case exclusive = "ExclusiveLock"
  /// What most of ALTER TABLE takes; nobody can read either.
  case accessExclusive = "AccessExclusiveLock"

  /// As `LOCK TABLE` writes it: `ACCESS EXCLUSIVE`.
  public var sql: String {
    switch self {
    case .accessShare: "ACCESS SHARE"
    case .rowShare: "ROW SHARE"
    case .rowExclusive: "ROW EXCLUSIVE"
    case .shareUpdateExclusive: "SHARE UPDATE EXCLUSIVE"
    case .share: "SHARE"
    case .shareRowExclusive: "SHARE ROW EXCLUSIVE"
    case .exclusive: "EXCLUSIVE"
    case .accessExclusive: "ACCESS EXCLUSIVE"
    }
  }

  /// Whether nobody can write to the table while it is locked so.
  public var stopsWriters: Bool { self >= .share }

  /// The weaker first.
  public static func < (one: LockMode, other: LockMode) -> Bool { one.place < other.place }

  private var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension Observation.Lock {
  /// The mode; nil for one that no table has.
  public var lockMode: LockMode? { LockMode(rawValue: mode) }

  /// Whether nobody can write to the table while the lock is held.
  public var stopsWriters: Bool { lockMode?.stopsWriters ?? false }

  /// The strongest of several locks on each table, in the order of their names.
  static func strongest(_ locks: [Observation.Lock]) -> [Observation.Lock] {
    let byTable = Dictionary(grouping: locks.filter { $0.lockMode != nil }, by: \.table)
    return byTable.compactMap { table, locks in
      locks.compactMap(\.lockMode).max().map { Observation.Lock(table: table, mode: $0.rawValue) }
    }.sorted { $0.table < $1.table }
  }
}
