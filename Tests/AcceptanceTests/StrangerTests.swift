import Foundation
import Postgres
import Processes
import TestSupport
import Testing

@Suite("A stranger reads a repository by its document")
struct StrangerTests {
  private var reader: String { "\(SharedInputs.packageRoot)/Tests/Reader/restore_table.py" }
  private var document: String { "\(SharedInputs.packageRoot)/docs/format.md" }

  @Test("A reader in another language, written from docs/format.md alone, gets the same rows")
  func rows() throws {
    try withDatabase(on: .v15) { source in
      let connection = try Connection.open(source)
      try connection.execute(
        """
        CREATE TABLE t (i int, x text, y bytea, z timestamptz, n numeric);
        INSERT INTO t SELECT i, md5(i::text) || E'\\t\\n' || i, sha256(i::text::bytea),
          '2026-01-31 02:00Z'::timestamptz + i * interval '1 minute', i / 7.0
          FROM generate_series(1, 6000) i;
        """
      )
      let user = try Drydock(on: .v15)
      try user.backup(source)
      for night in 1...3 {
        try connection.execute("UPDATE t SET x = 'night \(night)' WHERE i % 900 = \(night)")
        try user.backup(source)
      }
      let last = try user.backup(source).snapshot
      try expectRows(of: source, user, user.repository, last, passphrase: user.passphrase)
      // And a copy, which has other keys and the same format.
      let copy = "\(user.directory)/copy"
      let words = "other words"
      try user.run(["copy", "--to", copy, "--init"], ["DRYDOCK_TO_PASSPHRASE": words]).require(0)
      try expectRows(of: source, user, copy, last, passphrase: words)
    }
  }

  private func expectRows(
    of source: ConnectionSettings,
    _ user: Drydock,
    _ repository: String,
    _ snapshot: String,
    passphrase: String
  ) throws {
    var variables = EnvironmentWhitelist(names: ["PATH", "HOME"]).ofThisProcess()
    variables["DRYDOCK_PASSPHRASE"] = passphrase
    let read = try Invocation(
      "python3",
      [reader, repository, snapshot, "public.t", "--members", document],
      environment: variables
    ).run(output: .captured(limit: 1 << 28))
    // Where this fails for want of a module: scripts/setup --tests installs python3-cryptography.
    #expect(read.status.isSuccess, "\(read.errors)")
    #expect(read.errors.contains("6000 rows"), "\(read.errors)")
    #expect(!read.errors.contains(" 0 deltas"), "\(read.errors)")
    let settings = "SET timezone = 'UTC'; COPY t TO STDOUT"
    let psql = try Invocation(
      "psql",
      ["-X", "-q", "-d", source.argument, "-c", settings]
    ).run(output: .captured(limit: 1 << 28))
    #expect(psql.status.isSuccess, "\(psql.errors)")
    #expect(read.text.split(separator: "\n").sorted() == psql.text.split(separator: "\n").sorted())
    #expect(psql.text.contains("night 3"))
  }
}
