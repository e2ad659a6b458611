import Cluster
import Postgres
import Processes
import TestSupport
import Testing

/// The ways of replacing that the fault matrix knows; a new one needs a case and its words.
enum ReplacedWay: String, CaseIterable, Sendable, CustomStringConvertible {
  /// A schema, in one transaction.
  case transaction
  /// A schema, built beside the live one.
  case beside

  var description: String { rawValue }

  /// What follows `restore latest --into URL --replace`.
  var words: [String] { ["--schema", "shop", "--way", rawValue, "--jobs", "1"] }
}

/// A schema that is replaced again and again, on a server that may crash.
struct ReplacedShop {
  let user: Drydock
  private let way: ReplacedWay
  private let server: ScratchServer
  private let target: ConnectionSettings

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

  init(_ way: ReplacedWay) throws {
    self.way = way
    server = try ScratchServer.start(try TestServer.v15.options())
    target = server.settings()
    user = try Drydock(on: .v15)
    try sql(
      """
      CREATE SCHEMA shop;
      CREATE TABLE public.kind (name text PRIMARY KEY);
      INSERT INTO public.kind VALUES ('a');
      CREATE TABLE shop.marker AS SELECT 'snapshot' AS state;
      CREATE TABLE shop.item (id int PRIMARY KEY, x text, kind text REFERENCES public.kind);
      INSERT INTO shop.item SELECT i, 'x' || i, 'a' FROM generate_series(1, 500) i;
      CREATE INDEX ON shop.item (x);
      CREATE VIEW public.outside AS SELECT * FROM shop.item;
      """
    )
    try user.backup(target)
  }

  func remove() {
    do { try server.remove() } catch { print("a test server was left behind: \(error)") }
  }

  /// Asks on a connection of its own: the server may have crashed since the last one.
  @discardableResult
  private func sql(_ text: String) throws -> Rows { try Connection.open(target).execute(text) }

  func setLive(_ state: String) throws { try sql("UPDATE shop.marker SET state = '\(state)'") }

  func state() throws -> String? { try sql("SELECT state FROM shop.marker").value }

  func replace(_ variables: [String: String]) throws -> Run {
    let words = ["restore", "latest", "--into", target.argument, "--replace"] + way.words
    let plan = try user.run(words + ["--json"]).require(3).result(Plan.self)
    return try user.run(words + ["--confirm", plan.token], variables)
  }

  /// What a fault at one point leads to, and how it is ended.
  func trial(_ cell: FaultCell) throws {
    let live = "live before \(cell.point)"
    try setLive(live)
    let run = try replace(cell.variables)
    try waitUntilAlone()
    let found = try #require(try state(), "\(cell)")
    #expect(try sql("SELECT count(*) FROM public.outside").int == 500, "\(cell)")
    let operations = try listed()
    expectEnding(run, cell, isNew: found == "snapshot")
    expectTrue(run, cell, isOld: found == live, isLeft: !operations.isEmpty)
    if found == live {
      #expect([[], ["building"], ["proven"]].contains(operations.map(\.state)), "\(cell): \(run)")
    } else {
      #expect(found == "snapshot", "\(cell): \(found)")
      #expect(operations.map(\.state) == ["swapped"], "\(cell): \(operations)")
    }
    try end(cell, live, hasOperation: !operations.isEmpty)
    try clear()
  }

  /// A fault in what follows the exchange of names may be a notice; every other one is an error.
  private func expectEnding(_ run: Run, _ cell: FaultCell, isNew: Bool) {
    guard cell.kind != .kill else {
      #expect(run.ending == .signalled(9), "\(cell): \(run)")
      return
    }
    guard run.code != 0, run.code != 7 else {
      #expect(isNew, "\(cell): \(run)")
      return
    }
    #expect(run.code != nil && run.missingOfError == [], "\(cell): \(run)")
  }

  /// What the program said of the state must be so.
  private func expectTrue(_ run: Run, _ cell: FaultCell, isOld: Bool, isLeft: Bool) {
    if run.errors.contains("nothing was changed") {
      #expect(isOld && !isLeft, "\(cell): \(run)")
    }
    if run.errors.contains("waits beside it") { #expect(isOld && isLeft, "\(cell): \(run)") }
    if run.errors.contains("was not replaced:") && !isOld {
      #expect(run.errors.contains("drydock restores says which"), "\(cell): \(run)")
    }
  }

  /// Resume at even points and undo at odd ones; the state in the end is the old one again.
  private func end(_ cell: FaultCell, _ live: String, hasOperation: Bool) throws {
    let resume = ["restore", "--resume", "--into", target.argument]
    guard hasOperation else {
      let run = try user.run(resume)
      #expect(run.code != 0 && run.missingOfError == [], "\(cell): \(run)")
      return
    }
    if cell.point.isMultiple(of: 2) {
      let run = try user.run(resume)
      #expect(run.code == 0, "\(cell): \(run)")
      #expect(try state() == "snapshot", "\(cell)")
    }
    let words = ["restore", "--undo", "--into", target.argument, "--json"]
    let plan = try user.run(words).require(3).result(Plan.self)
    try user.run(words + ["--confirm", plan.token]).require(0)
    #expect(try state() == live, "\(cell)")
    #expect(try listed().allSatisfy { $0.state == "undone" }, "\(cell)")
  }

  private func listed() throws -> [Restores.Item] {
    try user.run(["restores", "--into", target.argument, "--json"]).require(0)
      .result(Restores.self).restores
  }

  /// The server ends a killed client's transaction when it notices, and a crashed one recovers:
  /// wait for both.
  private func waitUntilAlone() throws {
    let others = """
      SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
        AND pid <> pg_backend_pid() AND backend_type = 'client backend'
      """
    let end = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < end {
      do {
        if try sql(others).int == 0 { return }
      } catch let error as PostgresError where error.isConnectionLost || error.isRetryable {
        // It is still recovering.
      }
    }
    Issue.record("the server did not come back, or a session did not end")
  }

  /// Drops what is set aside, so that the next point begins as the first did.
  func clear() throws {
    try sql(
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
