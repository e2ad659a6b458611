import Files
import Foundation
import Postgres
import Processes
import TestSupport
import Testing

@Suite("A history that Sqitch itself has made")
struct SqitchTests {
  /// Runs the real program in a user's directory of patches.
  private func sqitch(
    _ user: Drydock,
    _ database: ConnectionSettings,
    _ words: [String]
  ) throws {
    var variables = EnvironmentWhitelist(names: ["PATH"]).ofThisProcess()
    variables["HOME"] = "\(user.directory)/home"
    variables["PGHOST"] = database.keywords["host"]
    variables["PGPORT"] = database.keywords["port"]
    variables["PGUSER"] = database.keywords["user"]
    variables["SQITCH_FULLNAME"] = "A Test"
    variables["SQITCH_EMAIL"] = "test@example.org"
    try Invocation("sqitch", words, environment: variables, directory: user.patches).run().checked()
  }

  @Test("Its plan and its ledger are adopted; what it has not deployed is migrated, and taken back")
  func adopted() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      let target = "db:pg:\(database.keywords["dbname"] ?? "")"
      try sqitch(user, database, ["init", "shop", "--engine", "pg"])
      for (name, deploy, revert) in [
        ("goods", "CREATE TABLE goods (a int)", "DROP TABLE goods"),
        ("prices", "ALTER TABLE goods ADD price int", "ALTER TABLE goods DROP price"),
        ("names", "ALTER TABLE goods ADD name text", "ALTER TABLE goods DROP name"),
      ] {
        try sqitch(user, database, ["add", name, "-n", "add \(name)"])
        try user.write(patch: "deploy/\(name).sql", "BEGIN;\n\(deploy);\nCOMMIT;\n")
        try user.write(patch: "revert/\(name).sql", "BEGIN;\n\(revert);\nCOMMIT;\n")
        try user.write(patch: "verify/\(name).sql", "SELECT 1;\n")
      }
      try sqitch(user, database, ["deploy", "--to", "prices", target])
      let on = ["--database", database.argument]
      let adopted = try user.run(["baseline", "--from", "sqitch"] + on).require(0)
      #expect(adopted.output.contains("2 patches"), "\(adopted)")
      let exempt = ["--without-receipt", "--because", "a test"]
      try user.run(["migrate"] + on + exempt).require(0)
      let columns = """
        SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = 'goods'::regclass AND attnum > 0 AND NOT attisdropped
        """
      let connection = try Connection.open(database)
      #expect(try connection.query(columns, []).value == "a price name")
      // Also what Sqitch had deployed goes back by Sqitch's own file.
      try user.run(["undo", "--to", "1"] + on + exempt).require(0)
      #expect(try connection.query(columns, []).value == "a")
    }
  }
}
