import Repository
import TestSupport
import Testing

extension StoreTrial {
  /// Init, three backups with changes between them, forget, collect, check and restore.
  func expectCycle() throws {
    try fill(rows: 4000)
    let made = try run(["init"]).require(0)
    #expect(made.output.contains("reads and lists at once"), "\(made)")
    let first = try user.backup(source)
    try execute("UPDATE cargo SET crate = sha256(crate) WHERE id % 10 = 0; DROP TABLE ballast")
    let second = try user.backup(source)
    try execute("DELETE FROM cargo WHERE id % 7 = 0; CREATE TABLE deck AS SELECT 1 AS x")
    let third = try user.backup(source)
    #expect(first.rows > second.rows && second.newChunks > 0 && third.newChunks > 0)

    _ = try run(["forget", first.id]).require(0)
    let marked = try run(["collect", "--json"]).require(0).result(Collected.self)
    #expect(marked.marked.packs > 0 && marked.deleted.packs == 0)
    let swept = try collectLater()
    #expect(swept.deleted.packs == marked.marked.packs && swept.damaged.isEmpty)

    _ = try run(["check", "--read-data"]).require(0)
    for snapshot in [second, third] {
      _ = try run(["verify", snapshot.snapshot, "--level", "2"]).require(0)
    }
    try expectRestores(third.snapshot)
  }
}
