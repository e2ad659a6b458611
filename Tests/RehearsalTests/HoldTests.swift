import Postgres
import Problems
import TestSupport
import Testing

@testable import Migration
@testable import Rehearsal

@Suite("For how long a patch locks others out")
struct HoldTests {
  private static let setUp = """
    CREATE TABLE item (id int PRIMARY KEY, price int); CREATE TABLE other (id int);
    INSERT INTO item SELECT i, i FROM generate_series(1, 100) i;
    """

  private func observation(
    _ seconds: Double,
    _ locks: [Observation.Lock],
    holds: [Observation.Hold] = [],
    isBare: Bool = false
  ) -> Observation {
    var observation = Observation(
      place: "1.sql:1:1",
      headline: "SELECT",
      seconds: seconds,
      rows: 0,
      walBytes: 0,
      locks: locks,
      rewrites: [],
      scans: [],
      notices: 0
    )
    observation.holds = holds
    observation.isBare = isBare
    return observation
  }

  private func patch(_ statements: [Observation], tail: Double = 0) -> PatchObservation {
    var patch = PatchObservation(version: "1", file: "1.sql", statements: statements, seconds: 0)
    patch.tailSeconds = tail
    return patch
  }

  private let strong = Observation.Lock(table: "public.item", mode: "AccessExclusiveLock")
  private let weak = Observation.Lock(table: "public.other", mode: "RowExclusiveLock")

  @Test("In a transaction each statement that ends with the lock counts, and what follows the last")
  func inside() {
    let seen = patch(
      [observation(4, [weak]), observation(1, [strong, weak]), observation(2, [strong, weak])],
      tail: 8
    )
    #expect(seen.holdTimes == ["public.item": 11])
  }

  @Test("Outside a transaction the sampled time counts, not the statement's")
  func bare() {
    let hold = Observation.Hold(
      table: "public.item",
      mode: strong.mode,
      seconds: 0.01,
      blockedSeconds: 0.02
    )
    let idle = Observation.Hold(table: "public.other", mode: weak.mode, seconds: 600)
    let seen = patch(
      [observation(600, [strong, weak], holds: [hold, idle], isBare: true)],
      tail: 8
    )
    #expect(seen.holdTimes == ["public.item": 0.02])
  }

  @Test("A statement that holds its lock for long is told, though nothing follows it")
  func long() throws {
    try withDatabase(on: .v15) { settings in
      let rig = try HazardRig(settings, Self.setUp)
      let sleep = "PERFORM pg_sleep(1.05)"
      let found = try rig.tryOut("DO $$ BEGIN LOCK TABLE item; \(sleep); END $$;")
      #expect(found.map(\.hazard) == [.lockHeld])
      #expect(found.allSatisfy { $0.figures.blockedSeconds > 1 && $0.figures.bytes == 0 })
      #expect(found.first?.text.hasPrefix("holds ACCESS EXCLUSIVE on public.item for ") == true)
      let brief = try rig.tryOut("DO $$ BEGIN \(sleep); END $$; LOCK TABLE item;")
      #expect(brief.map(\.hazard) == [.briefLock])
      #expect(brief.allSatisfy { $0.figures.blockedSeconds > 0 })
      var policy = Verdict.Policy()
      policy.blockedLimit = 1
      #expect(found.allSatisfy(policy.fails) && !brief.contains(where: policy.fails))
    }
  }

  @Test("The verify script runs under the patch's locks")
  func tail() throws {
    try withDatabase(on: .v15) { settings in
      let rig = try HazardRig(settings, Self.setUp)
      try rig.write("1_try.sql", "ALTER TABLE item ADD COLUMN note text;\n")
      try rig.write("1_try.verify.sql", "SELECT pg_sleep(1.05) IS NOT NULL;\n")
      let (patches, findings) = try rig.observe()
      #expect(findings.map(\.hazard) == [.lockHeld])
      #expect((patches[0].holdTimes["public.item"] ?? 0) > 1.04)
    }
  }

  @Test("lock-first is rehearsed with the locks at the head, which a first run finds")
  func lockFirst() throws {
    try withDatabase(on: .v15) { settings in
      let rig = try HazardRig(settings, Self.setUp)
      try rig.write(
        "1_try.sql",
        "-- drydock: lock-first\nUPDATE other SET id = 2;\nALTER TABLE item ADD COLUMN note text;\n"
      )
      let patch = try rig.directory().patches[0]
      let watch = try ScratchWatch(installingIn: settings)
      try Runner(settings, Runner.Options(toolVersion: "test")).hold { held in
        let locks = try LockScout(watch).locks(of: patch, held) { $0 != "public.none" }
        #expect(locks == [.init(table: "public.item", mode: "ACCESS EXCLUSIVE")])
        // What it was run for stays out.
        #expect(held.state.latest.isEmpty)
        #expect(try LockScout(watch).locks(of: patch, held) { _ in false } == [])
        held.firstLocks[patch.version] = locks
        let observer = ScratchObserver(watch)
        try held.apply(patch, observer: observer)
        try observer.finish()
        #expect(observer.statements[0].locks.filter(\.stopsWriters) == [strong])
      }
    }
  }

  @Test("A lock at the head that is refused says so, with the patch and the table")
  func refused() throws {
    try withDatabase(on: .v15) { settings in
      let rig = try HazardRig(settings, Self.setUp)
      try rig.write("1_try.sql", "-- drydock: lock-first\nSELECT 1;\n")
      try Connection.open(settings).execute("CREATE MATERIALIZED VIEW seen AS SELECT 1 AS a")
      let patch = try rig.directory().patches[0]
      try Runner(settings, Runner.Options(toolVersion: "test")).hold { held in
        held.firstLocks[patch.version] = [.init(table: "public.seen", mode: "SHARE")]
        let problem = #expect(throws: Problem.self) { try held.apply(patch) }
        #expect(problem?.code == "migrate.first-lock-refused")
        #expect(problem?.summary.contains("public.seen cannot be locked SHARE") == true)
      }
    }
  }

  @Test("Modes are ordered as the manual orders them")
  func modes() {
    #expect(LockMode.allCases.sorted() == LockMode.allCases)
    #expect(
      LockMode.allCases.filter(\.stopsWriters).map(\.sql) == [
        "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE",
      ]
    )
    let locks = [weak, strong, .init(table: "public.item", mode: "ShareLock")]
    #expect(Observation.Lock.strongest(locks) == [strong, weak])
    #expect(
      Observation.Lock.first(locks) { _ in true }
        == [.init(table: "public.item", mode: "ACCESS EXCLUSIVE")]
    )
  }
}
