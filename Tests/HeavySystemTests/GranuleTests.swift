import Postgres
import TestSupport
import Testing

@Suite("HiTIDE: granules get the footprints that they lack", .serialized)
struct GranuleTests: SystemScenario {
  enum Feature: CaseIterable {
    /// Before: the tool is started for all collections at once.
    case criteria
    /// Before: one statement for all granules, which fails at the first that cannot have a footprint.
    case deadLetters
    /// Before: a statement for all those that can, in one transaction.
    case batches
    /// Before: a run that was killed begins anew with all of them.
    case progress
    /// Before: what was mended waits for the next time that somebody runs everything.
    case replay
  }

  enum Check: CaseIterable {
    case othersAreUntouched
    case wantedHaveFootprints
    case noTransactionWasLong
    case eachWasDoneOnce
    case errorsAreUnique
    case mendedWereReplayed
    case memoryIsBounded
  }

  static func broken(without feature: Feature) -> Set<Check> {
    switch feature {
    case .criteria: [.othersAreUntouched]
    case .deadLetters:
      [.wantedHaveFootprints, .errorsAreUnique, .mendedWereReplayed, .memoryIsBounded]
    case .batches: [.noTransactionWasLong, .errorsAreUnique, .mendedWereReplayed, .memoryIsBounded]
    case .progress: [.eachWasDoneOnce]
    case .replay: [.mendedWereReplayed]
    }
  }

  @Test(
    "Those of one collection and half a year have them, each once; what failed is mended and replayed",
    arguments: cases
  )
  func backfill(_ scenario: ScenarioCase<Feature>) throws { try Self.expect(scenario) }

  @Test("Each check can fail")
  func checks() { Self.expectEachCheckCanFail() }

  /// Two collections over a year.
  ///
  /// In the first half of the first one, twelve granules have a bad outline of two kinds; one was done
  /// before.
  private static let granules = """
    CREATE SCHEMA catalog;
    CREATE TABLE catalog.granules (
      id bigint PRIMARY KEY, collection text NOT NULL, begun date NOT NULL, outline text NOT NULL,
      footprint double precision[], times integer NOT NULL DEFAULT 0);
    INSERT INTO catalog.granules (id, collection, begun, outline)
    SELECT i, CASE WHEN i % 2 = 0 THEN 'MODIS_A' ELSE 'VIIRS' END,
      date '2025-01-01' + (i / 2 * 364 / 10000)::int,
      CASE WHEN i % 800 = 0 AND i <= 6400 THEN 'none' WHEN i IN (202, 204, 206, 208) THEN '1,2,'
        ELSE i % 360 || ',' || i % 180 END
    FROM generate_series(1, 20000) i;
    UPDATE catalog.granules SET footprint = '{0,0}', times = 1 WHERE id = 2;
    """
  private static let wanted = "collection = 'MODIS_A' AND begun < '2025-07-01'"
  private static let statement = """
    UPDATE catalog.granules g
    SET footprint = ('{' || outline || '}')::double precision[], times = times + 1
    WHERE
    """
  private static let exempt = [
    "--without-receipt", "--because", "a rehearsal found the bad outlines",
  ]

  static func run(without feature: Feature?, on server: TestServer) throws -> Findings<Check> {
    try withDatabase(on: server) { database in
      let user = try Drydock(on: server)
      let connection = try Connection.open(database)
      try connection.execute(granules)
      try user.write(
        patch: "0001_footprints.backfill.sql",
        """
        -- drydock: backfill catalog.granules as g by id
        -- drydock: left g.footprint IS NULL

        \(statement) :batch;

        """
      )
      let words = ["--database", database.argument]
      let rehearsal = try rehearse(user, database)
      var findings = Findings<Check>()
      try fill(user, words, database, server, without: feature)
      try findings.ask(.errorsAreUnique, uniqueErrors, connection)
      try findings.ask(
        .wantedHaveFootprints,
        "count(*) = 4960 FROM catalog.granules "
          + "WHERE \(wanted) AND footprint IS NOT NULL",
        connection
      )
      try findings.ask(
        .othersAreUntouched,
        "count(footprint) = 0 FROM catalog.granules WHERE NOT (\(wanted))",
        connection
      )
      try findings.ask(
        .noTransactionWasLong,
        "max(rows) < 4900 FROM (SELECT count(*) AS rows FROM catalog.granules"
          + " WHERE \(wanted) AND footprint IS NOT NULL GROUP BY xmin::text) transactions",
        connection
      )
      try findings.ask(.eachWasDoneOnce, "max(times) <= 1 FROM catalog.granules", connection)
      try findings.ask(
        .memoryIsBounded,
        "max(peak_bytes) < 64 * 1024 * 1024 AND count(*) > 1 FROM drydock.batches",
        connection
      )
      try mend(user, words, connection, without: feature)
      try findings.ask(.mendedWereReplayed, mended, connection)
      #expect(rehearsal.contains("has done all rows but 12"), "\(rehearsal)")
      return findings
    }
  }

  /// Its rehearsal on a snapshot finds all rows that will fail, in both kinds, and says how much memory.
  private static func rehearse(_ user: Drydock, _ database: ConnectionSettings) throws -> String {
    try user.backup(database)
    let run = try user.run(["rehearse", "--database", database.argument]).require(5)
    #expect(run.output.contains("invalid input syntax for type double precision"), "\(run)")
    #expect(run.output.contains("malformed array literal"), "\(run)")
    return run.output
  }

  private static func fill(
    _ user: Drydock,
    _ words: [String],
    _ database: ConnectionSettings,
    _ server: TestServer,
    without feature: Feature?
  ) throws {
    let good = "outline NOT IN ('none', '1,2,')"
    switch feature {
    case .deadLetters:
      let all = "\(statement) \(wanted) AND footprint IS NULL;"
      try user.psql(all, in: database, on: server)
    case .batches:
      let all = "\(statement) \(wanted) AND \(good) AND footprint IS NULL;"
      try user.psql(all, in: database, on: server)
    case .progress:
      let some = "\(statement) \(wanted) AND \(good) AND id < 3000 AND footprint IS NULL;"
      try user.psql(some, in: database, on: server)
      let again = "\(statement) \(wanted) AND \(good) AND id < 3000;"
      try user.psql(again, in: database, on: server)
      try run(user, words, wanted)
    case .criteria:
      try run(user, words, "true")
    case .replay, nil:
      // Stopped after a part, and gone on with.
      try run(user, words, wanted + " AND id < 3000")
      try run(user, words, wanted)
    }
  }

  /// A part ends with 8 as the whole does, for in each rows are dead.
  private static func run(_ user: Drydock, _ words: [String], _ criteria: String) throws {
    let run = try user.run(["backfill", "run", "0001", "--where", criteria] + words + exempt)
    #expect(run.code == 8, "\(run)")
  }

  private static let uniqueErrors = """
    count(DISTINCT message) = 2 AND count(*) = 12 AND count(DISTINCT key) = 12
    FROM drydock.dead_letters
    """
  private static let mended = """
    count(*) = 12 AND bool_and(footprint = '{7,-7}' AND times = 1) AND NOT EXISTS (
      SELECT FROM drydock.dead_letters WHERE resolved IS NULL)
    FROM catalog.granules WHERE outline = '7,-7'
    """

  /// The outlines are mended, and the dead letters go back into the queue: first those of one error.
  private static func mend(
    _ user: Drydock,
    _ words: [String],
    _ connection: Connection,
    without feature: Feature?
  ) throws {
    try connection.execute(
      "UPDATE catalog.granules SET outline = '7,-7' WHERE outline IN ('none', '1,2,')"
    )
    guard ![.deadLetters, .batches, .replay].contains(feature) else { return }
    let status = try user.run(["backfill", "status", "0001"] + words).require(8)
    #expect(status.output.contains("malformed array literal"), "\(status)")
    let text = try connection.execute(
      "SELECT message FROM drydock.dead_letters WHERE message LIKE 'malformed%' LIMIT 1"
    ).value
    let replay = ["backfill", "replay", "0001"] + words + exempt
    try user.run(replay + ["--error", text ?? ""]).require(8)
    // Of the other granules nobody has asked yet, and it says so.
    try user.run(replay).require(feature == .criteria ? 0 : 8)
  }
}
