import Files
import Postgres
import TestSupport
import Testing

@Suite("CoSIMS: the content is reset from a backup", .serialized)
struct ResetTests: SystemScenario {
  enum Feature: CaseIterable {
    /// Before: `DROP SCHEMA ... CASCADE`, which "can't be reverted", then `psql -f` of the dump.
    case setAside
    /// Before: "a backup can only be loaded to an empty database", and psql does not mind if it is not.
    case replacement
    /// Before: whether the dump is whole is seen when the schema is gone.
    case proof
    /// Before: "make sure that you are located on your local machine".
    case token
  }

  enum Check: CaseIterable {
    case hasTheOldState
    case canBeTakenBack
    case reportsWorkAfterwards
    case damagedBackupCostsNothing
    case otherDatabaseIsUntouched
  }

  static func broken(without feature: Feature) -> Set<Check> {
    switch feature {
    case .setAside: [.canBeTakenBack, .reportsWorkAfterwards]
    case .replacement: [.hasTheOldState]
    case .proof: [.damagedBackupCostsNothing, .canBeTakenBack, .reportsWorkAfterwards]
    case .token: [.otherDatabaseIsUntouched]
    }
  }

  @Test(
    "The schema has the old state, nothing else was touched, and the way back is open",
    arguments: cases
  )
  func reset(_ scenario: ScenarioCase<Feature>) throws { try Self.expect(scenario) }

  @Test("Each check can fail")
  func checks() { Self.expectEachCheckCanFail() }

  /// The states of the content between which a run goes.
  private struct States {
    let old: String?
    let dump: String
    let new: String?
  }

  static func run(without feature: Feature?, on server: TestServer) throws -> Findings<Check> {
    try withDatabase(on: server) { database in
      let plant = try Plant(in: database, on: server)
      let old = try plant.value(Plant.digest)
      try plant.user.backup(database)
      let dump = try Psql.dump(database, server: server, ["--schema=plant"])
      try plant.connection.execute(
        """
        CREATE SCHEMA reports;
        CREATE VIEW reports.open_jobs AS SELECT count(*) AS jobs FROM plant.open_jobs;
        INSERT INTO plant.job_status_changes (job_id, status)
          SELECT job_id, 'checked' FROM plant.jobs WHERE status = 'failed';
        UPDATE plant.system_parameters SET workers = 12;
        """
      )
      let states = States(old: old, dump: dump, new: try plant.value(Plant.digest))
      var findings = Findings<Check>()
      try anotherDatabase(plant, without: feature, &findings)
      try damaged(plant, states, without: feature, &findings)
      try reset(plant, states, without: feature, &findings)
      return findings
    }
  }

  private static func words(_ database: ConnectionSettings) -> [String] {
    ["restore", "latest", "--into", database.argument, "--replace", "--schema", "plant"]
  }

  /// The drop is typed into the wrong window.
  private static func anotherDatabase(
    _ plant: Plant,
    without feature: Feature?,
    _ findings: inout Findings<Check>
  ) throws {
    try withDatabase(on: plant.server) { other in
      let connection = try Connection.open(other)
      try connection.execute("CREATE SCHEMA plant; CREATE TABLE plant.jobs AS SELECT 1")
      if feature == .token {
        try plant.user.psql("DROP SCHEMA plant CASCADE;", in: other, on: plant.server)
      } else {
        let token = try plant.token(words(plant.database))
        let refused = try plant.user.run(words(other) + ["--confirm", token]).require(3)
        #expect(refused.missingOfError == [], "\(refused)")
      }
      try findings.ask(.otherDatabaseIsUntouched, "count(*) = 1 FROM plant.jobs", connection)
    }
  }

  /// A backup of which a part is damaged.
  private static func damaged(
    _ plant: Plant,
    _ states: States,
    without feature: Feature?,
    _ findings: inout Findings<Check>
  ) throws {
    if feature == .proof {
      let half = String(states.dump.prefix(states.dump.count / 2))
      try plant.user.psql(
        "DROP SCHEMA plant CASCADE;\n" + half,
        in: plant.database,
        on: plant.server
      )
    } else {
      let pack = try #require(try plant.user.objects(in: "packs").first)
      let whole = try ReadableFile.contents(of: pack)
      var bytes = whole
      bytes[bytes.count / 2] ^= 0x04
      try AtomicFile.write(bytes, to: pack, collision: .replace, durability: .fast)
      let run = try plant.user.run(words(plant.database))
      #expect(run.code == 4 || run.code == 1, "\(run)")
      #expect(run.missingOfError == [], "\(run)")
      try AtomicFile.write(whole, to: pack, collision: .replace, durability: .fast)
    }
    let states = "\(Plant.digest) IS NOT DISTINCT FROM \(SQL.literal(states.new ?? ""))"
    try findings.ask(.damagedBackupCostsNothing, states, plant.connection)
  }

  private static func reset(
    _ plant: Plant,
    _ states: States,
    without feature: Feature?,
    _ findings: inout Findings<Check>
  ) throws {
    let isByHand = feature == .setAside || feature == .replacement
    if isByHand {
      let drop = feature == .setAside ? "DROP SCHEMA plant CASCADE;\n" : ""
      try plant.user.psql(drop + states.dump, in: plant.database, on: plant.server)
    } else {
      let run = try plant.confirmed(words(plant.database))
      #expect(run.code == 0, "\(run)")
    }
    let isOld = "\(Plant.digest) = \(SQL.literal(states.old ?? ""))"
    try findings.ask(.hasTheOldState, isOld, plant.connection)
    // The jobs that wait are the same in both states.
    try findings.ask(.reportsWorkAfterwards, "jobs = 800 FROM reports.open_jobs", plant.connection)
    let undo = ["restore", "--undo", "--into", plant.database.argument]
    if isByHand {
      #expect(try plant.user.run(undo).errors.contains("next: "))
    } else {
      try plant.confirmed(undo).require(0)
    }
    let isNew = "\(Plant.digest) = \(SQL.literal(states.new ?? ""))"
    try findings.ask(.canBeTakenBack, isNew, plant.connection)
  }
}
