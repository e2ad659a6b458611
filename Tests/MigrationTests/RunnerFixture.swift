import Migration
import Postgres
import Problems
import TestSupport
import Testing

/// A runner on a fresh database, and a second connection that looks at what it did.
struct RunnerFixture {
  let settings: ConnectionSettings
  let eye: Connection
  var runner: Runner

  init(_ settings: ConnectionSettings) throws {
    self.settings = settings
    eye = try Connection.open(settings)
    var options = Runner.Options(toolVersion: "test")
    options.lockWait = .milliseconds(300)
    options.locks = LockPolicy(
      timeout: .milliseconds(200),
      attempts: 3,
      firstPause: .milliseconds(50),
      longestPause: .milliseconds(100),
      concurrentTimeout: .seconds(20)
    )
    runner = Runner(settings, options)
  }

  @discardableResult
  func migrate(
    _ files: [String: String],
    _ request: Plan.Request = Plan.Request(),
    observer: (any RunObserver)? = nil
  ) throws -> [PatchOutcome] {
    let folder = try PatchFolder(files)
    return try runner.migrate(try folder.read(), request, observer: observer)
  }

  /// Runs the patches and returns the problem that this must end with.
  func problem(
    _ files: [String: String],
    _ request: Plan.Request = Plan.Request(),
    observer: (any RunObserver)? = nil,
    _ location: SourceLocation = #_sourceLocation
  ) throws -> Problem {
    let problem = #expect(throws: Problem.self, sourceLocation: location) {
      try migrate(files, request, observer: observer)
    }
    return try #require(problem, sourceLocation: location)
  }

  func value(_ sql: String) throws -> String? { try eye.query(sql, []).value }

  func exists(_ relation: String) throws -> Bool {
    try eye.query("SELECT to_regclass($1) IS NOT NULL", [.text(relation)]).bool
  }

  /// What the ledger says, one word per patch: `1:applied 2:undone*`, a star when unfinished.
  func ledger() throws -> String {
    try Ledger.read(eye).latest.map { event in
      "\(event.version):\(event.kind.rawValue)\(event.isUnfinished ? "*" : "")"
    }.joined(separator: " ")
  }
}

/// Runs a test's body with a fixture on a fresh database of each server.
func withRunner(_ server: TestServer, _ body: (RunnerFixture) throws -> Void) throws {
  try withDatabase(on: server) { settings in try body(try RunnerFixture(settings)) }
}
