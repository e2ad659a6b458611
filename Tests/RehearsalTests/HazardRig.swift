import Files
import Postgres
import Problems
import TestSupport

@testable import Migration
@testable import Rehearsal

/// Patches run on a fresh database as a rehearsal runs them, and what the rules say of them.
struct HazardRig {
  let settings: ConnectionSettings
  private let folder: TemporaryDirectory
  private let watch: ScratchWatch

  init(_ settings: ConnectionSettings, _ setUp: String = "") throws {
    self.settings = settings
    folder = try TemporaryDirectory(prefix: "drydock-hazards")
    if !setUp.isEmpty { try Connection.open(settings).execute(setUp) }
    watch = try ScratchWatch(installingIn: settings)
  }

  func write(_ name: String, _ text: String) throws {
    try AtomicFile.write(Array(text.utf8), to: "\(folder.path)/\(name)", durability: .fast)
  }

  func directory() throws -> PatchDirectory { try PatchDirectory.read(folder.path) }

  /// Runs all patches; those after a failing one do not run, as in a rehearsal.
  func observe() throws -> (patches: [PatchObservation], findings: [Finding]) {
    let runner = Runner(settings, Runner.Options(toolVersion: "test"))
    var observed: [PatchObservation] = []
    var evidence: [Evidence] = []
    let directory = try directory()
    try runner.hold { held in
      for patch in held.plan(directory).pending {
        let watch = PatchWatch(watch)
        var observation = PatchObservation(
          version: "\(patch.version)",
          file: patch.file,
          statements: [],
          changes: nil,
          seconds: 0
        )
        do {
          try held.apply(patch, observer: watch)
          observation.changes = watch.scratch.changes
        } catch let problem as Problem {
          observation.problem = problem.summary
        }
        try watch.scratch.finish()
        observation.statements = watch.scratch.statements
        observation.tailSeconds = watch.scratch.tailSeconds
        observed.append(observation)
        evidence.append(watch.evidence(patch.script, observation))
        if observation.problem != nil { return }
      }
    }
    return (observed, HazardReview(evidence).findings)
  }
}

extension HazardRig {
  /// Runs one patch in a transaction that is rolled back, watched as a rehearsal watches it.
  ///
  /// Many patches can so be tried on one database; only the runner's own part is left out.
  func tryOut(_ text: String) throws -> [Finding] {
    try write("0001_try.sql", text)
    let patch = try directory().patches[0]
    let connection = try Connection.open(settings)
    let watch = PatchWatch(watch)
    var observation = PatchObservation(
      version: "1",
      file: patch.file,
      statements: [],
      changes: nil,
      seconds: 0
    )
    try connection.execute("BEGIN")
    try watch.willBegin(patch, on: connection)
    for statement in patch.script.body {
      guard try run(statement, watch, connection) else { break }
    }
    if watch.scratch.statements.allSatisfy({ $0.failure == nil }) {
      try watch.beforeCommit(patch, on: connection)
      observation.changes = watch.scratch.changes
    }
    try connection.execute("ROLLBACK")
    observation.statements = watch.scratch.statements
    observation.tailSeconds = watch.scratch.tailSeconds
    return HazardReview([watch.evidence(patch.script, observation)]).findings
  }

  /// Runs one statement; returns whether it succeeded.
  private func run(
    _ statement: Statement,
    _ watch: PatchWatch,
    _ connection: Connection
  ) throws -> Bool {
    try watch.willRun(statement, on: connection)
    let start = ContinuousClock.now
    var affected = 0
    var failure: PostgresError?
    do {
      affected = try connection.query(statement.text, []).affected
    } catch {
      failure = error
    }
    let outcome = StatementOutcome(
      seconds: (ContinuousClock.now - start) / .seconds(1),
      affected: affected,
      notices: connection.takeNotices(),
      failure: failure
    )
    try watch.didRun(statement, outcome, on: connection)
    return failure == nil
  }
}

/// Runs one patch on a database that a script made, and returns what is found.
func findings(
  _ patch: String,
  on setUp: String,
  server: TestServer = .v15
) throws -> [Finding] {
  try withDatabase(on: server) { settings in
    let rig = try HazardRig(settings, setUp)
    try rig.write("0001_try.sql", patch)
    return try rig.observe().findings
  }
}
