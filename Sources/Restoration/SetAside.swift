public import Postgres
internal import Problems

/// A copy that a replacing restore set aside, as the catalog tells it.
public struct SetAside: Sendable, Equatable {
  /// The operation's id.
  public var operation: String
  /// Where the operation is: `building`, `proven`, `swapped`, `undone` or `accepting`.
  public var state: OperationState
  /// The live schema.
  public var schema: String
  /// The copy's name.
  public var name: String
  /// The size of the copy on disk.
  public var bytes: Int
  /// Seconds since the operation.
  public var age: Double
  /// The snapshot that was restored.
  public var snapshot: String
  /// By which role.
  public var by: String
  /// The snapshot of the copy, once it is being dropped.
  public var safetySnapshot: String?
  /// The journal's line of the copy.
  var journal: Journal

  /// All set-asides of a database, the oldest first.
  ///
  /// The catalog alone is asked, so any host can go on where another one stopped.
  public static func list(_ connection: Connection) throws -> [SetAside] {
    let rows = try connection.execute(
      """
      SELECT n.nspname, pg_catalog.obj_description(n.oid, 'pg_namespace') AS comment,
        (SELECT coalesce(pg_catalog.sum(pg_catalog.pg_total_relation_size(c.oid)), 0)
          FROM pg_catalog.pg_class c
          WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'm', 'S')) AS bytes
      FROM pg_catalog.pg_namespace n WHERE n.nspname LIKE '%\\_\\_dd\\_%'
      """
    )
    var found: [SetAside] = []
    for row in rows {
      let journals = JournaledComment(row["comment"]).journals
      for journal in journals where journal.setAside == row.string("nspname") {
        guard journal.copy != .live else { continue }
        let age = try connection.query(
          "SELECT EXTRACT(epoch FROM pg_catalog.now() - $1::timestamptz)",
          [.text(journal.at)]
        )
        found.append(
          SetAside(
            operation: journal.operation,
            state: journal.state,
            schema: journal.schema,
            name: row.string("nspname"),
            bytes: row.int("bytes"),
            age: age.value.flatMap { Double($0) } ?? 0,
            snapshot: journal.snapshot,
            by: journal.by,
            safetySnapshot: journal.safetySnapshot,
            journal: journal
          )
        )
      }
    }
    return found.sorted { ($0.journal.at, $0.operation) < ($1.journal.at, $1.operation) }
  }

  /// The one that is meant: by its id or a unique prefix of it, or the only one there is.
  static func find(_ operation: String?, _ connection: Connection) throws -> SetAside {
    let all = try list(connection)
    let found = all.filter { operation == nil || $0.operation.hasPrefix(operation ?? "") }
    if found.count == 1 { return found[0] }
    let choices = all.map { Problem.Fact($0.operation, "\($0.name), \($0.state.rawValue)") }
    guard found.isEmpty else {
      throw Problem(
        .usage,
        code: "restore.which-operation",
        "several copies are set aside",
        facts: choices,
        hint: "Name the operation: its id stands first in each line."
      )
    }
    throw Problem(
      .usage,
      code: "restore.no-operation",
      operation.map { "there is no operation \($0) in this database" }
        ?? "no copy is set aside in this database",
      facts: choices,
      hint: "drydock restores --into URL lists what is set aside."
    )
  }
}
