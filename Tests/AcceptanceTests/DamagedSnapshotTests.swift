import Files
import Postgres
import TestSupport
import Testing

@Suite("A snapshot that nobody can read any more")
struct DamagedSnapshotTests {
  private static func lose(_ snapshot: BackupSummary, of user: Drydock) throws {
    let objects = try user.objects(in: "snapshots")
    let path = try #require(objects.first { $0.hasSuffix(snapshot.snapshot) })
    var bytes = try ReadableFile.contents(of: path)
    bytes[bytes.count / 2] ^= 0x04
    try AtomicFile.write(bytes, to: path, collision: .replace, durability: .fast)
  }

  private func withTwoSnapshots(
    _ body: (
      _ user: Drydock, _ source: ConnectionSettings,
      _ snapshots: (older: BackupSummary, newer: BackupSummary)
    ) throws -> Void
  ) throws {
    let server = TestServer.either()[0]
    try withDatabase(on: server) { source in
      try Connection.open(source).execute("CREATE TABLE t AS SELECT 1 AS n")
      let user = try Drydock(on: server)
      let older = try user.backup(source)
      try Connection.open(source).execute("INSERT INTO t VALUES (2)")
      try body(user, source, (older, try user.backup(source)))
    }
  }

  private func numbers(_ user: Drydock, _ snapshot: String) throws -> String {
    let query = "SELECT string_agg(n::text, ' ' ORDER BY n) AS n FROM t"
    let run = try user.run(["query", snapshot, query, "--csv"]).require(0)
    return String(run.output.split(separator: "\n").last ?? "")
  }

  @Test("The older of two keeps nobody from the newer")
  func older() throws {
    try withTwoSnapshots { user, source, snapshots in
      try Self.lose(snapshots.older, of: user)
      #expect(try numbers(user, "latest") == "1 2")
      let list = try user.run(["snapshots"])
      #expect(list.code == 4, "\(list)")
      #expect(list.output.contains(snapshots.newer.id), "\(list)")
      #expect(list.errors.contains("drydock forget \(snapshots.older.id)"), "\(list)")
      let proof = try user.run(["verify", "--oldest", "--level", "2"]).require(0)
      #expect(proof.errors.contains(snapshots.older.snapshot), "\(proof)")
      let named = try user.run(["verify", snapshots.older.id])
      #expect(named.code == 4 && named.missingOfError == [], "\(named)")
      let doctor = try user.run(["doctor", "--database", source.argument])
      #expect(doctor.output.contains(snapshots.older.snapshot), "\(doctor)")
    }
  }

  @Test("The newer is not taken for the older one, and the next builds upon that")
  func newer() throws {
    try withTwoSnapshots { user, source, snapshots in
      try Self.lose(snapshots.newer, of: user)
      for text in ["latest", "git=abc", "@2999-01-01T00:00Z"] {
        let run = try user.run(["query", text, "SELECT 1"])
        #expect(run.code == 4 && run.missingOfError == [], "\(run)")
        #expect(run.errors.contains(snapshots.newer.snapshot), "\(run)")
      }
      #expect(try numbers(user, snapshots.older.id) == "1")
      let before = try user.run(["query", "@2001-01-01T00:00Z", "SELECT 1"])
      #expect(before.errors.contains("There is no snapshot"), "\(before)")
      let next = try user.run(["backup", source.argument]).require(0)
      let notice = "\(snapshots.newer.snapshot) is damaged and cannot be built upon"
      #expect(next.errors.contains(notice), "\(next)")
      #expect(next.errors.contains("builds upon \(snapshots.older.snapshot)"), "\(next)")
      #expect(try numbers(user, "latest") == "1 2")
      try user.run(["forget", snapshots.newer.id]).require(0)
      try user.run(["snapshots"]).require(0)
    }
  }
}
