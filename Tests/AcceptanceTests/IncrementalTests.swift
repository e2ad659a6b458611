import Cluster
import Files
import Foundation
import Postgres
import TestSupport
import Testing

@Suite("Snapshots read and store only what changed")
struct IncrementalTests {
  private struct Shown: Decodable {
    struct Table: Decodable {
      struct Reading: Decodable {
        let way: String
        let reason: String
      }

      let name: String
      let reading: Reading
    }

    let tables: [Table]

    func way(of table: String) -> String? { tables.first { $0.name == table }?.reading.way }
  }

  @Test(
    "Changes of every kind come back from a snapshot that read changed pages only",
    arguments: TestServer.either()
  )
  func changes(server: TestServer) throws {
    try withDatabase(on: server) { source in
      let connection = try Connection.open(source)
      try connection.execute(Self.fixture)
      // Where pages have checksums, the first read of new rows marks them, and so lifts their LSN.
      try connection.execute("VACUUM")
      let user = try Drydock(on: server)
      try user.backup(source)
      for change in Self.changes {
        try connection.execute(change)
        try user.backup(source)
      }
      let shown = try shown(user)
      #expect(shown.way(of: "still") == "unchanged")
      #expect(shown.way(of: "busy") == "changedPages", "\(shown)")
      try expectRoundTrip(of: source, on: server, with: user)
      let last = try user.backup(source, ["--full-read"])
      // Only the definition is new: pg_dump writes the time into its archive.
      #expect(last.newChunks <= 1, "a full read found \(last.newChunks) chunks that were not known")
      try user.run(["check", "--read-data"]).require(0)
      try user.run(["verify", "latest", "--level", "2"]).require(0)
    }
  }

  @Test("A page that changed without a trace is found by a full read: exit code 4, page named")
  func alarm() throws {
    var options = try TestServer.v15.options()
    // Without them any restart means that everything is read.
    for setting in ["fsync", "full_page_writes"] { options.settings[setting] = "on" }
    let server = try ScratchServer.start(options)
    let source = server.settings()
    let connection = try Connection.open(source)
    try connection.execute(Self.fixture)
    let path = try connection.execute("SELECT pg_relation_filepath('still')").value ?? ""
    let page = try connection.execute(
      "SELECT (ctid::text::point)[0]::int FROM still WHERE id = 700"
    ).value
    let user = try Drydock(on: .v15)
    try user.backup(source)
    try connection.execute("CHECKPOINT")
    try server.stop()
    try overwrite("\(server.dataDirectory)/\(path)", "row 0700", with: "row 07xx")
    try server.startAgain()

    try user.backup(source)
    let run = try user.run(["backup", source.argument, "--full-read"]).require(4)
    #expect(run.errors.contains("still"), "\(run)")
    #expect(run.errors.contains("pages \(page ?? "?")\n"), "\(run)")
    // What the full read found is kept, so the next one has nothing to say.
    try user.backup(source, ["--full-read"])
    try server.remove()
  }

  private func shown(_ user: Drydock) throws -> Shown {
    try user.run(["show", "latest", "--json"]).require(0).result(Shown.self)
  }

  private func overwrite(_ path: String, _ old: String, with new: String) throws {
    let file = URL(fileURLWithPath: path)
    var data = try Data(contentsOf: file)
    let range = try #require(data.range(of: Data(old.utf8)))
    data.replaceSubrange(range, with: Data(new.utf8))
    let handle = try FileHandle(forWritingTo: file)
    try handle.write(contentsOf: data)
    try handle.close()
  }

  private static let fixture = """
    CREATE EXTENSION pageinspect;
    CREATE TYPE mood AS ENUM ('fine', 'poor');
    CREATE TABLE still AS SELECT i AS id, 'row ' || lpad(i::text, 4, '0') AS text, 'fine'::mood AS m
      FROM generate_series(1, 2000) i;
    CREATE TABLE busy AS SELECT i AS id, repeat(md5(i::text), 1 + i % 9) AS text
      FROM generate_series(1, 20000) i;
    CREATE TABLE large AS SELECT i AS id, string_agg(md5(i::text || j::text), '') AS text
      FROM generate_series(1, 40) i, generate_series(1, 3000) j GROUP BY i;
    """

  private static let changes = [
    "UPDATE busy SET text = 'changed' WHERE id % 997 = 1",
    "UPDATE large SET text = text || 'more' WHERE id IN (7, 8)",
    "DELETE FROM busy WHERE id > 15000", "VACUUM busy",
    "INSERT INTO busy SELECT i, 'new' FROM generate_series(30000, 33000) i",
    "BEGIN; UPDATE busy SET text = 'never'; ROLLBACK; DELETE FROM large WHERE id = 3",
    "UPDATE busy SET text = repeat('toast', 5000) WHERE id IN (5, 14000)",
  ]
}
