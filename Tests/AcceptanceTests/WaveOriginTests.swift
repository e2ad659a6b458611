import Postgres
import TestSupport
import Testing

@Suite("Waves know which data they are about")
struct WaveOriginTests {
  /// What a plan ends with.
  private struct Plan: Decodable { let token: String }

  /// What `waves --json` ends with.
  private struct Waves: Decodable {
    let origin: String
    let finished: Bool
    let under_way: Bool
  }

  /// Replaces schema `shop` of a database by a snapshot's; returns the operation.
  private func replace(
    _ database: ConnectionSettings,
    with snapshot: String,
    _ user: Drydock,
    _ more: [String] = []
  ) throws {
    let words =
      ["restore", snapshot, "--into", database.argument, "--replace", "--schema", "shop", "--json"]
      + more
    let plan = try user.run(words).require(3).result(Plan.self)
    try user.run(words + ["--confirm", plan.token]).require(0)
  }

  /// Undoes or accepts the only operation there is.
  private func end(_ action: String, _ database: ConnectionSettings, _ user: Drydock) throws {
    let words = ["restore", action, "--into", database.argument, "--json"]
    let plan = try user.run(words).require(3).result(Plan.self)
    try user.run(words + ["--confirm", plan.token]).require(0)
  }

  @Test(
    "A schema that was replaced is remembered when its old copy is gone, and forgotten when undone"
  )
  func replaced() throws {
    try withDatabase(on: .v15) { database in
      try Connection.open(database).execute("CREATE SCHEMA shop; CREATE TABLE shop.t (i int)")
      let user = try Drydock(on: .v15)
      let snapshots = try (0..<3).map { _ in try user.backup(database).id }
      let words =
        ["waves", "--database", database.argument, "--json"]
        + (try Cosims.configuration("runbook: {waves: []}", for: user))
      func origin() throws -> Waves {
        try user.run(words + ["--dry-run"]).require(0).result(Waves.self)
      }

      try replace(database, with: snapshots[0], user, ["--drop"])
      #expect(try origin().origin == "snapshot \(snapshots[0])")
      #expect(try user.run(words).require(0).result(Waves.self).finished)

      try replace(database, with: snapshots[1], user)
      let swapped = try origin()
      #expect(swapped.origin == "snapshot \(snapshots[1])" && !swapped.under_way)
      #expect(try user.run(words).require(0).result(Waves.self).finished)
      try end("--accept", database, user)
      let accepted = try origin()
      #expect(accepted.origin == "snapshot \(snapshots[1])" && accepted.finished)

      try replace(database, with: snapshots[2], user)
      #expect(try origin().origin == "snapshot \(snapshots[2])")
      try end("--undo", database, user)
      // Its waves are those that were started before: nothing starts twice.
      let undone = try origin()
      #expect(undone.origin == "snapshot \(snapshots[1])" && undone.finished)
    }
  }

  @Test("An imported dump that was restored tells its time")
  func dump() throws {
    try withDatabase(on: .v15) { source in
      try Connection.open(source).execute("CREATE TABLE t AS SELECT 1 AS i")
      let user = try Drydock(on: .v15)
      let path = "\(user.directory)/shop.sql"
      try DumpPrograms.run("pg_dump", ["--file=\(path)", "--dbname=\(source.argument)"], on: .v15)
      try user.run(["import", path, "--time", "2026-01-31T02:00Z"]).require(0)
      try withDatabase(on: .v15) { target in
        try user.restore(into: target)
        let words =
          ["waves", "--dry-run", "--database", target.argument]
          + (try Cosims.configuration("runbook: {waves: []}", for: user))
        let run = try user.run(words).require(0)
        #expect(run.output.contains("2026-01-31T02:00:00Z"), "\(run)")
      }
    }
  }
}
