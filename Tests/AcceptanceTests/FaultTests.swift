import Files
import Postgres
import Processes
import TestSupport
import Testing

@Suite("A kill at any point", .serialized)
struct FaultTests {
  /// What `snapshots --json` ends with.
  private struct Listing: Decodable {
    struct Item: Decodable { let snapshot: String }
    let snapshots: [Item]
  }

  @Test(
    "A backup that is killed leaves the repository readable, the earlier snapshot whole, and the next backup free to run"
  )
  func backup() throws {
    try withDatabase(on: .v15) { source in
      let connection = try Connection.open(source)
      try connection.execute(
        """
        CREATE TABLE t AS SELECT i, md5(i::text) AS x FROM generate_series(1, 3000) i;
        CREATE SEQUENCE s; SELECT lo_from_bytea(70005, 'content');
        CREATE MATERIALIZED VIEW v AS SELECT count(*) FROM t;
        """
      )
      let user = try Drydock(on: .v15)
      let first = try user.backup(source).snapshot
      try connection.execute("UPDATE t SET x = 'changed' WHERE i % 100 = 0")
      let saved = "\(user.directory)/saved"
      try Invocation("cp", ["-a", user.repository, saved]).run().checked()
      let command = ["backup", source.argument, "--jobs", "1"]
      let log = "\(user.directory)/points"
      try user.run(command, ["DRYDOCK_FAULT_LOG": log]).require(0)
      let points = try FaultPoints(log: log, sample: 24, "a killed backup")
      #expect(points.all.count > 40)
      #expect(points.all.contains { $0.contains("store before put: snapshots/") })
      for point in points.chosen {
        try Directory.removeTree(user.repository)
        try Invocation("cp", ["-a", saved, user.repository]).run().checked()
        let name = points.all[point - 1]
        let passed = "\(user.directory)/passed-\(point)"
        let killed = try user.run(
          command,
          ["DRYDOCK_FAULT_POINT": "\(point)", "DRYDOCK_FAULT_LOG": passed]
        )
        // How often a backup looks whether others have ended is up to them: a run may be shorter.
        let isShorter = FaultPoints.passed(log: passed).count < point
        #expect(killed.ending == (isShorter ? .exited(0) : .signalled(9)), "\(name): \(killed)")
        let listed = try user.run(["snapshots", "--json"]).require(0)
        #expect(listed.output.contains(first), "\(name): \(listed)")
        let proof = try user.run(["verify", first, "--level", "2"])
        #expect(proof.code == 0, "\(name): \(proof)")
        let next = try user.run(command)
        #expect(next.code == 0, "\(name): \(next)")
        let last = try user.run(["verify", "latest", "--level", "2"])
        #expect(last.code == 0, "\(name): \(last)")
      }
    }
  }
}
