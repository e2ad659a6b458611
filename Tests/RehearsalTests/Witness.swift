import Foundation
import Migration
import Postgres
import TestSupport

/// Watches a statement without anything of the rehearsal: a second session's log of `pg_locks`,
/// `pg_class.relfilenode` and `pg_stat_user_tables`, on a plain connection without event triggers.
struct Witness {
  private let schema: WatchedSchema
  private let eye: Connection

  init(_ schema: WatchedSchema) throws {
    self.schema = schema
    eye = try Connection.open(schema.administration)
  }

  /// Runs the statement, and tells what was to be seen of it from outside.
  func watch(_ kind: StatementKind) throws -> Sight {
    let worker = try Connection.open(schema.settings.with("application_name", "watched"))
    try schema.make(kind.setup, on: worker)
    let before = try Catalog(eye)
    var sight = Sight()
    if kind.isBare {
      try runBare(kind, worker.settings) { pid in
        sight.locks.formUnion(try locks(of: pid, before))
      }
    } else {
      try worker.execute("BEGIN")
      try Self.send(kind.sql, worker)
      sight.locks = try locks(of: worker.backendPID, before)
      try worker.execute("COMMIT")
      try worker.execute("SELECT pg_catalog.pg_stat_force_next_flush()")
    }
    let after = try Catalog(eye)
    sight.rewrites = before.rewrites(after)
    sight.scans = before.scans(after)
    sight.rows = before.rows(after)
    return sight
  }

  private func runBare(
    _ kind: StatementKind,
    _ settings: ConnectionSettings,
    look: (Int) throws -> Void
  ) throws {
    try Gatekeeper(schema.administration).run(through: kind.gates, as: "watched and gated") {
      let worker = try Connection.open(settings.with("application_name", "watched and gated"))
      try Self.send(kind.sql, worker)
      try worker.execute("SELECT pg_catalog.pg_stat_force_next_flush()")
    } look: {
      let pid = "SELECT pid FROM pg_stat_activity WHERE application_name = 'watched and gated'"
      try look(try eye.query("\(pid) AND datname = current_database()", []).int ?? 0)
    }
  }

  private func locks(of pid: Int, _ catalog: Catalog) throws -> Set<String> {
    let rows = try eye.query(
      """
      SELECT relation, mode FROM pg_locks WHERE pid = $1 AND granted AND relation IS NOT NULL
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND mode <> 'AccessShareLock'
      """,
      [Parameter(pid)]
    )
    return Set(
      rows.compactMap { row in
        catalog.relations[row.int("relation")].map { "\($0.name) \(row.string("mode"))" }
      }
    )
  }

  private static func send(_ sql: String, _ connection: Connection) throws {
    guard sql.hasPrefix("COPY") else {
      try connection.execute(sql)
      return
    }
    guard let end = sql.range(of: ";\n") else {
      _ = try connection.copyOut(sql) { _ in }
      return
    }
    let rows = sql[end.upperBound...].replacing("\\.\n", with: "")
    _ = try connection.copyIn(String(sql[..<end.lowerBound])) { writer in
      try writer.write(Array(rows.utf8))
    }
  }

  /// The files and the counts of schema `k` at one moment.
  private struct Catalog {
    struct Entry {
      var name: String
      var file: Int
      var scans: Int
      var counts: [Int]
    }

    var relations: [Int: Entry] = [:]

    init(_ eye: Connection) throws {
      let rows = try eye.query(
        """
        SELECT c.oid, 'k.' || c.relname AS name, s.seq_scan, s.n_tup_ins, s.n_tup_upd, s.n_tup_del,
          CASE WHEN c.relkind IN ('r', 'm') THEN c.relfilenode ELSE 0 END AS file
        FROM pg_class AS c LEFT JOIN pg_stat_user_tables AS s ON s.relid = c.oid
        WHERE (c.relnamespace = 'k'::regnamespace OR c.relnamespace = 'attic'::regnamespace)
          AND c.relkind NOT IN ('i', 'I', 't', 'c')
        """,
        []
      )
      for row in rows {
        relations[row.int("oid")] = Entry(
          name: row.string("name"),
          file: row.int("file"),
          scans: row.int("seq_scan"),
          counts: ["n_tup_ins", "n_tup_upd", "n_tup_del"].map { row.int($0) }
        )
      }
    }

    private func pairs(_ later: Catalog) -> [(before: Entry, after: Entry)] {
      relations.compactMap { oid, entry in later.relations[oid].map { (entry, $0) } }
    }

    func rewrites(_ later: Catalog) -> Set<String> {
      Set(pairs(later).filter { $0.file != $1.file }.map(\.before.name))
    }

    func scans(_ later: Catalog) -> Set<String> {
      Set(pairs(later).filter { $1.scans > $0.scans }.map(\.before.name))
    }

    func rows(_ later: Catalog) -> Set<String> {
      Set(
        pairs(later).compactMap { before, after in
          let counts = zip(after.counts, before.counts).map { $0 - $1 }
          return Sight.rows(before.name, counts[0], counts[1], counts[2])
        }
      )
    }
  }
}
