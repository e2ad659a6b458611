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

  /// What `restores --json` ends with.
  private struct Restores: Decodable {
    struct Item: Decodable {
      let operation: String
      let state: String
    }
    let restores: [Item]
  }

  /// What a plan ends with.
  private struct Plan: Decodable { let token: String }

  @Test(
    "A replacing restore that is killed leaves the old or the new state, says which, and can be ended"
  )
  func replace() throws {
    try withDatabase(on: .v15) { target in
      let shop = try ReplacedShop(target)
      let log = "\(shop.user.directory)/points"
      try shop.setLive("clean")
      try shop.replace(["DRYDOCK_FAULT_LOG": log]).require(0)
      #expect(try shop.state() == "snapshot")
      let points = try FaultPoints(log: log, sample: 18, "a killed replacing restore")
      #expect(points.all.count > 40)
      try shop.clear()
      for point in points.chosen { try shop.tryPoint(point, points.all[point - 1]) }
    }
  }

  /// A schema that is replaced again and again.
  private struct ReplacedShop {
    let user: Drydock
    let target: ConnectionSettings
    let connection: Connection

    init(_ target: ConnectionSettings) throws {
      self.target = target
      user = try Drydock(on: .v15)
      connection = try Connection.open(target)
      try connection.execute(
        """
        CREATE SCHEMA shop;
        CREATE TABLE shop.marker AS SELECT 'snapshot' AS state;
        CREATE TABLE shop.item (id int PRIMARY KEY, x text);
        INSERT INTO shop.item SELECT i, 'x' || i FROM generate_series(1, 500) i;
        CREATE VIEW public.outside AS SELECT * FROM shop.item;
        """
      )
      try user.backup(target)
    }

    func setLive(_ state: String) throws {
      try connection.execute("UPDATE shop.marker SET state = '\(state)'")
    }

    func state() throws -> String? {
      try connection.query("SELECT state FROM shop.marker", []).value
    }

    func replace(_ variables: [String: String]) throws -> Run {
      let words = [
        "restore", "latest", "--into", target.argument, "--replace", "--schema", "shop", "--json",
      ]
      let plan = try user.run(words).require(3).result(Plan.self)
      return try user.run(words + ["--confirm", plan.token], variables)
    }

    /// The server ends a killed client's transaction when it notices: wait for that.
    func waitUntilAlone() throws {
      let others = """
        SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
          AND pid <> pg_backend_pid() AND backend_type = 'client backend'
        """
      while try connection.query(others, []).value != "0" {}
    }

    func listed() throws -> [Restores.Item] {
      try user.run(["restores", "--into", target.argument, "--json"]).require(0)
        .result(Restores.self).restores
    }

    func tryPoint(_ point: Int, _ name: String) throws {
      let live = "live before \(point)"
      try setLive(live)
      let killed = try replace(["DRYDOCK_FAULT_POINT": "\(point)"])
      #expect(killed.ending == .signalled(9), "\(name): \(killed)")
      try waitUntilAlone()
      let found = try #require(try state())
      #expect(try connection.query("SELECT count(*) FROM public.outside", []).value == "500")
      let operations = try listed()
      let resume = try user.run(["restore", "--resume", "--into", target.argument])
      if found == live {
        #expect(operations.isEmpty, "\(name): \(operations)")
        #expect(resume.code != 0 && resume.missingOfError == [], "\(name): \(resume)")
      } else {
        #expect(found == "snapshot", "\(name): \(found)")
        #expect(operations.map(\.state) == ["swapped"], "\(name): \(operations)")
        #expect(resume.code == 0, "\(name): \(resume)")
        try undo()
        #expect(try state() == live, "\(name)")
      }
      try clear()
    }

    private func undo() throws {
      let words = ["restore", "--undo", "--into", target.argument, "--json"]
      let plan = try user.run(words).require(3).result(Plan.self)
      try user.run(words + ["--confirm", plan.token]).require(0)
    }

    /// Drops what is set aside, so that the next point begins as the first did.
    func clear() throws {
      try connection.execute(
        """
        DO $$ DECLARE name text; BEGIN
          FOR name IN SELECT nspname FROM pg_namespace WHERE nspname LIKE '%\\_\\_dd\\_%' LOOP
            EXECUTE format('DROP SCHEMA %I CASCADE', name);
          END LOOP;
          EXECUTE 'COMMENT ON SCHEMA shop IS NULL';
        END $$
        """
      )
    }
  }
}
