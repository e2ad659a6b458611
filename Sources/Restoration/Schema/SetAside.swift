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
  /// Foreign keys across the border whose rows are not checked yet: `public.orders orders_place_fkey`.
  public var unchecked: [String]
  /// The journal's line of the copy.
  var journal: Journal

  /// All set-asides of a database, the oldest first.
  ///
  /// The catalog alone is asked, so any host can go on where another one stopped.
  public static func list(_ connection: Connection) throws -> [SetAside] {
    try journals(connection).map { journal in
      let facts = try connection.query(
        """
        SELECT EXTRACT(epoch FROM pg_catalog.now() - $2::timestamptz) AS age,
          (SELECT coalesce(pg_catalog.sum(pg_catalog.pg_total_relation_size(c.oid)), 0)
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relkind IN ('r', 'm', 'S')) AS bytes
        """,
        [.text(journal.setAside), .text(journal.at)]
      )[0]
      return SetAside(
        operation: journal.operation,
        state: journal.state,
        schema: journal.schema,
        name: journal.setAside,
        bytes: facts.int("bytes"),
        age: facts.double("age") ?? 0,
        snapshot: journal.snapshot,
        by: journal.by,
        safetySnapshot: journal.safetySnapshot,
        unchecked: (journal.unchecked ?? []).map { "\($0.schema).\($0.table) \($0.name)" },
        journal: journal
      )
    }
  }

  /// The journals of all copies, the oldest first.
  static func journals(_ connection: Connection) throws -> [Journal] {
    try connection.execute(
      """
      SELECT n.nspname, pg_catalog.obj_description(n.oid, 'pg_namespace') AS comment
      FROM pg_catalog.pg_namespace n WHERE n.nspname LIKE '%\\_\\_dd\\_%'
      """
    ).flatMap { row in
      JournaledComment(row["comment"]).journals.filter { journal in
        journal.setAside == row.string("nspname") && journal.copy != .live
      }
    }.sorted { ($0.at, $0.operation) < ($1.at, $1.operation) }
  }

  /// Foreign keys of a live schema that its operations have left to be checked.
  static func unchecked(of schema: String, _ connection: Connection) throws -> [Journal.Key] {
    try journals(connection).filter { $0.schema == schema }.flatMap { $0.unchecked ?? [] }
  }

  /// The same copy as it is now, if it still is one that is not live yet.
  ///
  /// Whoever has announced an operation asks: until then another host may have gone on with it.
  func again(_ connection: Connection) throws -> SetAside {
    let found = try Self.list(connection).first { $0.name == name && $0.operation == operation }
    guard let found, found.state.isUnfinished,
      found.journal.build?.basis == journal.build?.basis
    else {
      throw Problem(
        .refused,
        code: "restore.changed-meanwhile",
        "operation \(operation) went on elsewhere meanwhile; nothing was changed here",
        hint: "drydock restores shows where it is now."
      )
    }
    return found
  }

  /// The one that is meant: by its id or a unique prefix of it, by the copy's whole name, or the
  /// only one there is.
  static func find(_ operation: String?, _ connection: Connection) throws -> SetAside {
    let all = try list(connection)
    let found = all.filter { item in
      guard let operation else { return true }
      return item.operation.hasPrefix(operation) || item.name == operation
    }
    if found.count == 1 { return found[0] }
    let choices = all.map { Problem.Fact($0.operation, "\($0.name), \($0.state.rawValue)") }
    guard found.isEmpty else {
      throw Problem(
        .usage,
        code: "restore.which-operation",
        "several copies are set aside",
        facts: choices,
        hint: "Name the operation, whose id stands first in each line, or the copy: its name comes"
          + " next."
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
