public import Postgres
internal import Problems

/// A copy of a whole database that an operation keeps beside the live one, as the catalog tells it.
public struct DatabaseCopy: Sendable, Equatable {
  /// The operation's id.
  public var operation: String
  /// Where the operation is.
  public var state: OperationState
  /// The live database.
  public var database: String
  /// The copy's name.
  public var name: String
  /// The copy's oid; nil when it is gone and only the live one's comment still speaks of it.
  public var oid: Int?
  /// Its size on disk; nil where the role may not know it.
  public var bytes: Int?
  /// Seconds since the operation.
  public var age: Double
  /// The snapshot that was restored; empty where the copy was created and no more.
  public var snapshot: String
  /// By which role.
  public var by: String
  /// The snapshot of the copy, once it is being dropped.
  public var safetySnapshot: String?
  /// The journal's line; nil where the copy was created and no more.
  var journal: DatabaseJournal?

  /// What a copy that is not live yet lacks, since the server refused it to the role.
  public var omissions: [String] { state.isUnfinished ? journal?.omissions ?? [] : [] }

  /// The copies of the session's database, the oldest first.
  ///
  /// Databases and their comments are visible from everywhere, so this needs no other connection.
  public static func list(_ connection: Connection) throws -> [DatabaseCopy] {
    let rows = try connection.execute(query)
    guard let live = rows.first(where: { $0.bool("is_live") }) else { return [] }
    let database = live.string("datname")
    var found = try rows.filter { !$0.bool("is_live") }
      .flatMap { try copies(in: $0, of: database, connection) }
    let names = Set(rows.map { $0.string("datname") })
    let comment = Journaled<DatabaseJournal>(live["comment"])
    for journal in comment.journals
    where journal.state == .accepting && !names.contains(journal.setAside) {
      found.append(try DatabaseCopy(journal, oid: nil, bytes: nil, connection))
    }
    return found.sorted {
      ($0.journal?.at ?? "", $0.operation) < ($1.journal?.at ?? "", $1.operation)
    }
  }

  private static func copies(
    in row: Rows.Row,
    of database: String,
    _ connection: Connection
  ) throws -> [DatabaseCopy] {
    let name = row.string("datname")
    let oid = row.int("oid")
    let journals = Journaled<DatabaseJournal>(row["comment"]).journals
    if journals.isEmpty, !row.bool("datallowconn"),
      let operation = SetAsideName.operation(in: name, base: database, copy: .new)
    {
      return [DatabaseCopy(created: name, operation, of: database, oid: oid)]
    }
    return
      try journals
      .filter { $0.setAside == name && $0.copy != .live && $0.database == database }
      .map { try DatabaseCopy($0, oid: oid, bytes: size(of: oid, connection), connection) }
  }

  /// Asked of our own copies only: another's may be dropped at this moment, which is an error.
  private static func size(of oid: Int, _ connection: Connection) throws -> Int? {
    try connection.query(
      """
      SELECT CASE WHEN pg_catalog.has_database_privilege(oid, 'CONNECT')
          OR pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
        THEN pg_catalog.pg_database_size(oid) END
      FROM pg_catalog.pg_database WHERE oid = $1
      """,
      [Parameter(oid)]
    ).int
  }

  private init(_ journal: DatabaseJournal, oid: Int?, bytes: Int?, _ connection: Connection) throws
  {
    let age = try connection.query(
      "SELECT EXTRACT(epoch FROM pg_catalog.now() - $1::timestamptz)",
      [.text(journal.at)]
    )
    operation = journal.operation
    state = journal.state
    database = journal.database
    name = journal.setAside
    self.oid = oid
    self.bytes = bytes
    self.age = age.value.flatMap { Double($0) } ?? 0
    snapshot = journal.snapshot
    by = journal.by
    safetySnapshot = journal.safetySnapshot
    self.journal = journal
  }

  /// One that was killed between its creation and its first line: closed, so nobody was ever in it.
  private init(created name: String, _ operation: String, of database: String, oid: Int) {
    self.operation = operation
    state = .building
    self.database = database
    self.name = name
    self.oid = oid
    age = 0
    snapshot = ""
    by = ""
  }

  private static let query = """
    SELECT d.oid, d.datname, d.datallowconn, d.datname = pg_catalog.current_database() AS is_live,
      pg_catalog.shobj_description(d.oid, 'pg_database') AS comment
    FROM pg_catalog.pg_database d
    WHERE d.datname LIKE '%\\_\\_dd\\_%' OR d.datname = pg_catalog.current_database()
    """
}

extension DatabaseCopy {
  /// The one that is meant: by its id or a unique prefix of it, or the only copy there is, schemas
  /// that are set aside included; nil where it is none of a whole database.
  static func find(_ operation: String?, _ connection: Connection) throws -> DatabaseCopy? {
    let id = operation ?? ""
    let found = try list(connection).filter { $0.operation.hasPrefix(id) }
    guard !found.isEmpty else { return nil }
    let schemas = try SetAside.list(connection).filter { $0.operation.hasPrefix(id) }
    guard found.count + schemas.count > 1 else { return found[0] }
    throw Problem(
      .usage,
      code: "restore.which-operation",
      "several copies are set aside",
      facts: found.map { .init($0.operation, "\($0.name), \($0.state.rawValue)") }
        + schemas.map { .init($0.operation, "\($0.name), \($0.state.rawValue)") },
      hint: "Name the operation: its id stands first in each line."
    )
  }
}
