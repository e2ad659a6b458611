import Files
import Foundation
import Postgres
import TestSupport
import Testing

@Suite("Through PgBouncer", .serialized)
struct PoolingTests {
  private static let exempt = ["--without-receipt", "--because", "a test"]

  /// Everything that was run through a proxy, which ended as the codes say.
  private func runs(
    _ mode: String,
    expecting codes: [String: Int32],
    _ look: (Run) -> Void
  ) throws {
    try withDatabase(on: .v15) { direct in
      try withDatabase(on: .v15) { empty in
        let user = try Drydock(on: .v15)
        let place = "\(user.directory)/proxy"
        try Directory.create(place)
        try FileManager.default.setAttributes([.posixPermissions: 0o1777], ofItemAtPath: place)
        let proxy = try Pgbouncer(mode, before: direct, in: place)
        let database = proxy.settings(of: direct)
        try Connection.open(direct).execute(
          "CREATE TABLE t AS SELECT generate_series(1, 1000) AS a"
        )
        try user.backup(direct)
        try user.write(patch: "0001_b.sql", "ALTER TABLE t ADD b int;\n")
        let calls = [
          ["status", "--database", database.argument], ["backup", database.argument],
          ["migrate", "--database", database.argument] + Self.exempt,
          ["restore", "latest", "--into", proxy.settings(of: empty).argument],
        ]
        for call in calls {
          let run = try user.run(call)
          #expect(run.code == codes[call[0]], "\(run)")
          look(run)
        }
        // Who asks next gets a session that one of ours had.
        for _ in 0..<5 {
          let path = try Connection.open(database).query("SHOW search_path", []).value
          #expect(path == "\"$user\", public")
        }
        let isThere =
          "SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'b'"
        let column = try Connection.open(direct).query(isThere, []).int
        #expect(column == (codes["migrate"] == 0 ? 1 : 0))
        let tables = "SELECT count(*) FROM pg_class WHERE relname = 't'"
        #expect(
          try Connection.open(empty).query(tables, []).int == (codes["restore"] == 0 ? 1 : 0)
        )
      }
    }
  }

  @Test("that pools sessions, everything works")
  func session() throws {
    let codes: [String: Int32] = ["status": 0, "backup": 0, "migrate": 0, "restore": 0]
    try runs("session", expecting: codes) { _ in }
  }

  @Test(
    "that pools less, all is refused with advice, and nothing is left on sessions of others",
    arguments: ["transaction", "statement"]
  )
  func less(mode: String) throws {
    let codes: [String: Int32] = ["status": 3, "backup": 3, "migrate": 3, "restore": 3]
    try runs(mode, expecting: codes) { run in
      guard run.code == 3 else { return }
      #expect(run.errors.contains("a proxy that pools transactions"), "\(run)")
      #expect(run.errors.contains("a port of the proxy that pools sessions"), "\(run)")
      #expect(run.missingOfError == [], "\(run)")
    }
  }
}
