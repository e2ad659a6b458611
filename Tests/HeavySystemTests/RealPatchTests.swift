import Files
import Postgres
import Processes
import TestSupport
import Testing

@Suite("CoSIMS itself: the patch that it publishes")
struct RealPatchTests {
  private let workers = "SELECT max_number_of_worker_instances FROM cosims.system_parameters"

  @Test(
    "psql ends with 0 and has done nothing; a rehearsal on its real schema names line and column"
  )
  func published() throws {
    let real = try SharedInputs.real()
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      let connection = try Connection.open(database)
      try load(real, database, user)
      let bytes = try ReadableFile.contents(of: real + "/cosims/database_patch.sql")
      let patch = String(decoding: bytes, as: UTF8.self)
      try user.psql(patch, in: database, on: .v15)
      #expect(try connection.execute(workers).value != "150")
      try user.write(patch: "0001_parameters.sql", patch)
      try user.backup(database)
      let found = try user.run(["rehearse", "--database", database.argument]).require(5)
      #expect(found.output.contains("0001_parameters.sql:7:"), "\(found)")
      let comma = patch.replacing(
        "= 'hidden_value'\n    rabbitmq",
        with: "= 'hidden_value',\n    rabbitmq"
      )
      try user.write(patch: "0001_parameters.sql", comma)
      try user.run(["rehearse", "--database", database.argument]).require(0)
      try user.run(["migrate", "--database", database.argument]).require(0)
      #expect(try connection.execute(workers).value == "150")
    }
  }

  private func load(
    _ real: String,
    _ database: ConnectionSettings,
    _ user: Drydock
  ) throws {
    let script = "\(user.directory)/cosims.sql"
    try Invocation("zstd", ["-dqo", script, "\(real)/databases/cosims.sql.zst"]).run().checked()
    for role in ["web_anonymous", "authenticator", "cosims"] {
      let exists = "SELECT count(*) FROM pg_roles WHERE rolname = '\(role)'"
      let connection = try Connection.open(database)
      if try connection.execute(exists).int == 0 { try connection.execute("CREATE ROLE \(role)") }
    }
    try Psql.run(file: script, on: database, server: .v15)
  }
}
