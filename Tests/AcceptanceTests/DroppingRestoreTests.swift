import Postgres
import Processes
import TestSupport
import Testing

/// `restore --replace --schema S --drop`: no old copy is kept, only a proven snapshot of it.
@Suite("A replacing restore that keeps no copy", .serialized)
struct DroppingRestoreTests {
  /// What a plan ends with.
  private struct Plan: Decodable {
    let token: String
    let drops: Bool?
  }

  /// A schema whose live state is newer than its snapshot.
  private struct Shop {
    let target: ConnectionSettings
    let user: Drydock
    let snapshot: String

    var into: [String] { ["--into", target.argument] }

    func words(_ snapshot: String? = nil, _ more: [String] = ["--drop"]) -> [String] {
      ["restore", snapshot ?? self.snapshot] + into + ["--replace", "--schema", "shop"] + more
    }

    func plan(_ words: [String]) throws -> Plan {
      try user.run(words + ["--json"]).require(3).result(Plan.self)
    }

    /// A session that nobody takes for one of the program's.
    func open() throws -> Connection {
      try Connection.open(target.with("application_name", "a test"))
    }

    func state() throws -> String? {
      try open().execute("SELECT string_agg(state, ' ') FROM shop.marker").value
    }

    func copies() throws -> [ListedCopy] {
      try user.run(["restores"] + into + ["--json"]).require(0).result(ListedCopies.self).restores
    }

    func schemas() throws -> [String] {
      try open().execute(
        "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'shop%' ORDER BY 1"
      ).map { $0.string("nspname") }
    }

    /// Whether the newest safety snapshot has what was live.
    func expectSafe(_ state: String) throws {
      let text = try user.newestSafetySnapshot()
      #expect(text.contains(state), "the safety snapshot has not \(state)")
    }
  }

  private func withShop(on server: TestServer, _ body: (Shop) throws -> Void) throws {
    try withDatabase(on: server) { target in
      let connection = try Connection.open(target.with("application_name", "a test"))
      try connection.execute(
        """
        CREATE SCHEMA shop;
        CREATE TABLE shop.marker AS SELECT 'snapshot' AS state;
        CREATE TABLE shop.item AS SELECT i, 'x' || i AS x FROM generate_series(1, 200) i;
        """
      )
      let user = try Drydock(on: server)
      let snapshot = try user.backup(target).snapshot
      try connection.execute("UPDATE shop.marker SET state = 'written-since'")
      try body(Shop(target: target, user: user, snapshot: snapshot))
    }
  }

  @Test(
    "its plan says that nothing is kept, and only that plan's token lets it happen",
    arguments: TestServer.either()
  )
  func plans(server: TestServer) throws {
    try withShop(on: server) { shop in
      let shown = try shop.user.run(shop.words()).require(3)
      #expect(shown.output.contains("the live schema, once a proven snapshot has it"), "\(shown)")
      #expect(!shown.output.contains("kept as"), "\(shown)")
      let command = try #require(shown.output.split(separator: "\n").last)
      #expect(command.contains("--drop") && command.contains("--confirm"), "\(shown)")
      #expect(try shop.plan(shop.words()).drops == true)
      let keeping = try shop.plan(shop.words(nil, [])).token
      for token in [keeping, "shop", "aaaaaaaa-1-b"] {
        let run = try shop.user.run(shop.words() + ["--confirm", token])
        #expect([2, 3].contains(run.code) && run.missingOfError == [], "\(token): \(run)")
      }
      let keepingOnly = try shop.plan(shop.words()).token
      let wrong = try shop.user.run(shop.words(nil, []) + ["--confirm", keepingOnly])
      #expect(wrong.code == 3 && wrong.missingOfError == [], "\(wrong)")
      #expect(try shop.state() == "written-since")
      #expect(try shop.schemas() == ["shop"])
      let whole = try shop.user.run(
        ["restore", shop.snapshot] + shop.into + ["--replace", "--drop"]
      )
      #expect(whole.code == 2 && whole.errors.contains("--drop and --way"), "\(whole)")
    }
  }

  @Test(
    "its safety snapshot is the way back, and says so wherever an undo is asked for",
    arguments: TestServer.either()
  )
  func comesBack(server: TestServer) throws {
    try withShop(on: server) { shop in
      let token = try shop.plan(shop.words()).token
      let run = try shop.user.run(shop.words() + ["--confirm", token]).require(0)
      #expect(try shop.state() == "snapshot")
      #expect(try shop.schemas() == ["shop"])
      #expect(try shop.copies().isEmpty)
      let safety = try #require(run.value(of: "dropped; safe in"))
      #expect(
        run.output.contains("To go back: drydock restore \(safety) --into"),
        "\(run)"
      )
      #expect(!run.output.contains("--undo"), "\(run)")
      let proof = try shop.user.run(["snapshots"]).require(0)
      #expect(proof.output.contains("safety=shop"), "\(proof)")
      let operation = try #require(run.value(of: "operation"))
      for words in [["--undo"], ["--undo", operation], ["--resume", operation]] {
        let refused = try shop.user.run(["restore"] + words + shop.into)
        #expect(refused.code == (words.count == 1 ? 2 : 3), "\(refused)")
        #expect(refused.missingOfError == [], "\(refused)")
        #expect(refused.errors.contains("safe in snapshot \(safety)"), "\(refused)")
        #expect(refused.errors.contains("--replace --schema shop"), "\(refused)")
      }
      let back = shop.words(safety, [])
      let plan = try shop.plan(back).token
      try shop.user.run(back + ["--confirm", plan]).require(0)
      #expect(try shop.state() == "written-since")
      #expect(try shop.open().execute("SELECT count(*) FROM shop.item").int == 200)
    }
  }

  /// The points before and after the COMMIT of the exchange, from the log of a clean run.
  private func commit(_ way: String, _ shop: Shop) throws -> [PassedPoint] {
    let words = shop.words(nil, ["--drop", "--way", way, "--jobs", "1"])
    let log = "\(shop.user.directory)/points"
    let token = try shop.plan(words).token
    try shop.user.run(words + ["--confirm", token], ["DRYDOCK_FAULT_LOG": log]).require(0)
    let points = PassedPoint.all(log: log)
    let exchange = try #require(
      points.lastIndex { $0.label.hasPrefix("statement after: ALTER SCHEMA \"shop\" RENAME") }
    )
    let strand = points[exchange].place.split(separator: ".")[0]
    let following = points[exchange...].filter {
      $0.place.hasPrefix("\(strand).") && $0.label.hasSuffix(": COMMIT")
    }
    try shop.open().execute("UPDATE shop.marker SET state = 'written-since'")
    return Array(following.prefix(2))
  }

  @Test(
    "killed before the exchange is committed, it has dropped nothing; after it, it is finished",
    arguments: ["transaction", "beside"]
  )
  func killed(way: String) throws {
    for ending in ["--resume", "--undo"] {
      try withShop(on: .v15) { shop in
        let points = try commit(way, shop)
        #expect(points.map(\.verb) == ["statement before: COMMIT", "statement after: COMMIT"])
        try kill(shop, way, points[0])
        #expect(try shop.state() == "written-since")
        try shop.expectSafe("written-since")
        let isLeft = way == "beside"
        #expect(try shop.copies().map(\.state) == (isLeft ? ["proven"] : []))
        try endOld(shop, ending, isLeft: isLeft)
        try kill(shop, way, points[1])
        #expect(try shop.state() == "snapshot")
        #expect(try shop.copies().map(\.state) == ["accepting"])
        try shop.expectSafe("written-since")
        try endNew(shop, ending)
      }
    }
  }

  private func kill(_ shop: Shop, _ way: String, _ point: PassedPoint) throws {
    let words = shop.words(nil, ["--drop", "--way", way, "--jobs", "1"])
    let token = try shop.plan(words).token
    let run = try shop.user.run(
      words + ["--confirm", token],
      ["DRYDOCK_FAULT_POINT": point.place]
    )
    #expect(run.ending == .signalled(9), "\(run)")
    let others = """
      SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
        AND pid <> pg_backend_pid() AND backend_type = 'client backend'
        AND application_name <> 'a test'
      """
    let connection = try shop.open()
    try Wait.asLongAs(connection.execute(others).int != 0)
  }

  /// The old state, with or without a copy that waits.
  private func endOld(_ shop: Shop, _ ending: String, isLeft: Bool) throws {
    guard isLeft else {
      let run = try shop.user.run(["restore", ending] + shop.into)
      #expect(run.code == 2 && run.missingOfError == [], "\(run)")
      #expect(try shop.state() == "written-since")
      return
    }
    if ending == "--resume" {
      // It takes a safety snapshot of its own: what is written until now must be in it.
      let connection = try shop.open()
      try connection.execute("UPDATE shop.marker SET state = 'written-later'")
      let run = try shop.user.run(["restore", "--resume"] + shop.into).require(0)
      #expect(run.output.contains("safety snapshot"), "\(run)")
      #expect(try shop.state() == "snapshot")
      try shop.expectSafe("written-later")
      try connection.execute("UPDATE shop.marker SET state = 'written-since'")
    } else {
      let plan = try shop.plan(["restore", "--undo"] + shop.into)
      try shop.user.run(["restore", "--undo"] + shop.into + ["--confirm", plan.token]).require(0)
      #expect(try shop.state() == "written-since")
    }
    #expect(try shop.copies().isEmpty)
    #expect(try shop.schemas() == ["shop"])
  }

  /// The new state, with the rest of the old copy: it can be finished only.
  private func endNew(_ shop: Shop, _ ending: String) throws {
    if ending == "--undo" {
      let refused = try shop.user.run(["restore", "--undo"] + shop.into).require(3)
      #expect(refused.missingOfError == [], "\(refused)")
      #expect(refused.errors.contains("--resume"), "\(refused)")
      #expect(refused.errors.contains("safe in snapshot"), "\(refused)")
    }
    try shop.user.run(["restore", "--resume"] + shop.into).require(0)
    #expect(try shop.state() == "snapshot")
    #expect(try shop.copies().isEmpty)
    #expect(try shop.schemas() == ["shop"])
  }
}

extension Run {
  /// The value behind a name in a report of values.
  fileprivate func value(of name: String) -> String? {
    output.split(separator: "\n").first { $0.hasPrefix(name) }
      .map { String($0.dropFirst(name.count).drop { $0 == " " }) }
  }
}
