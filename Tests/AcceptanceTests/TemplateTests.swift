import Files
import Postgres
import TestSupport
import Testing

@Suite("A rehearsal keeps the restored snapshot for the next one")
struct TemplateTests {
  private func rehearse(
    _ user: Drydock,
    _ database: ConnectionSettings,
    _ more: [String] = []
  ) throws -> Run {
    try user.run(["rehearse", "--database", database.argument, "--json"] + more)
  }

  private func templates(_ user: Drydock) throws -> [String] {
    let path = "\(user.directory)/home/.cache/drydock/templates"
    guard Directory.exists(path) else { return [] }
    return try Directory.entries(of: path).map(\.name)
  }

  @Test(
    "The second rehearsal starts from the copy, sees the same, and nothing that the first one did",
    arguments: TestServer.either()
  )
  func second(server: TestServer) throws {
    try withDatabase(on: server) { database in
      let user = try Drydock(on: server)
      try Connection.open(database).execute(
        "CREATE TABLE t (a int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 500)"
      )
      try user.backup(database)
      try user.write(
        patch: "0001_sum.sql",
        "CREATE TABLE seen AS SELECT sum(a) AS s FROM t; DELETE FROM t;\n"
      )
      try user.write(patch: "0001_sum.verify.sql", "SELECT 1 / (s = 125250)::int FROM seen;\n")
      let first = try rehearse(user, database)
      #expect(first.code == 0, "\(first)")
      #expect(first.output.contains(#""from_template":false"#), "\(first)")
      #expect(try templates(user).count == 1)
      let second = try rehearse(user, database)
      #expect(second.code == 0, "\(second)")
      #expect(second.output.contains(#""from_template":true"#), "\(second)")
      let fresh = try rehearse(user, database, ["--fresh"])
      #expect(fresh.output.contains(#""from_template":false"#), "\(fresh)")
      #expect(try user.leftovers() == [])
    }
  }

  @Test("Another snapshot and another migrator are restored anew")
  func other() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      let connection = try Connection.open(database)
      try connection.execute("CREATE TABLE t (a int)")
      try user.backup(database)
      try user.write(patch: "0001_b.sql", "ALTER TABLE t ADD COLUMN b int;\n")
      try rehearse(user, database).require(0)
      #expect(try templates(user).count == 1)
      // It may do nothing here, so its rehearsal fails; what counts is that it had a scratch anew.
      _ = try rehearse(user, database, ["--migrator", "dd_template_migrator"])
      #expect(try templates(user).count == 2)
      try connection.execute("INSERT INTO t VALUES (1)")
      try user.backup(database)
      let newer = try rehearse(user, database)
      #expect(newer.output.contains(#""from_template":false"#), "\(newer)")
      #expect(try templates(user).count == 3)
    }
  }

  @Test("What does not fit the limit is not kept, and that is said")
  func limit() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      try Connection.open(database).execute("CREATE TABLE t (a int)")
      try user.backup(database)
      try user.write(patch: "0001_b.sql", "ALTER TABLE t ADD COLUMN b int;\n")
      try user.run(["rehearse", "--database", database.argument]).require(0)
      #expect(try templates(user).count == 1)
      for (limit, isSaid) in [("0", false), ("1MiB", true)] {
        let path = "\(user.directory)/\(limit).yaml"
        try AtomicFile.write(Array("templates: \(limit)\n".utf8), to: path, durability: .fast)
        let run = try user.run(["rehearse", "--database", database.argument, "--config", path])
        #expect(run.code == 0, "\(run)")
        #expect(run.errors.contains("is not kept") == isSaid, "\(run)")
        #expect(try templates(user) == [])
      }
    }
  }
}
