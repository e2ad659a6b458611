internal import FoundationEssentials
internal import Postgres
internal import Problems
internal import Processes

/// One wave's way: not started, started, caught up.
struct WavePass: Sendable {
  let run: WaveRun
  let session: Session
  let started: WaveRun.Started
  let place: Int

  var wave: Runbook.Wave { run.runbook.steps[place] }
  private var number: Int { started.record.run }
  private var facts: WaveFacts {
    WaveFacts(downtime: started.record.downtime, origin: started.record.origin, wave: wave.name)
  }

  /// Starts the wave where it is not, and waits until it has caught up where the run does so.
  func pass() async throws {
    switch try await look() {
    case .caughtUp: return
    case .waiting: try await start()
    case .unknown: try await startUnknown()
    case .started: break
    }
    try await wait()
  }

  /// Reads how far this wave is; throws where one before it is not yet far enough.
  ///
  /// The database is asked, not this process: what it does not say was not done.
  private func look() async throws -> WaveState {
    try await session.doing("cannot look at the waves") { connection in
      let states = try book(connection).states(number, count: place + 1)
      let isEnough: (WaveState) -> Bool = { state in
        state == .caughtUp || (started.record.isTogether && state == .started)
      }
      guard states.dropLast().allSatisfy(isEnough) else {
        throw Problem(
          .refused,
          code: "waves.early",
          "'\(wave.name)' may not start: a wave before it has not caught up"
        )
      }
      return states[place]
    }
  }

  private func start() async throws {
    run.observe(.starting(wave.name))
    switch wave.start {
    case .sql(let statement): try await execute(statement)
    case .command(let words):
      try await session.doing("the start of '\(wave.name)' cannot be recorded") { connection in
        try book(connection).note(place, of: number, isStarted: false)
      }
      try await command(words)
    }
  }

  /// The statement and the row that says so are one transaction.
  private func execute(_ statement: String) async throws {
    do {
      try await session.run { connection in
        // A person's statement runs as it does in psql: with the database's own isolation.
        try connection.transaction("") {
          try book(connection).note(place, of: number, isStarted: true)
          try facts.tell(connection)
          try connection.query(statement, [])
        }
      }
    } catch let error as PostgresError {
      throw error.isConnectionLost ? lost(error) : failure(error.reason)
    }
  }

  private func command(_ words: [String]) async throws {
    let (variables, limit) = (facts.variables, wave.limit)
    let outcome: Outcome
    do {
      outcome = try await Lane("drydock.runbook").run {
        try CommandStep.run(words, variables, limit: limit)
      }
    } catch let problem as Problem {
      guard ["processes.not-found", "processes.not-started"].contains(problem.code) else {
        throw unknown(problem)
      }
      throw try await notStarted(problem)
    }
    do {
      try outcome.checked()
    } catch {
      // Who ends by itself says what it did; who was ended may have started the wave before.
      guard case .exited(1...) = outcome.status else { throw unknown(error) }
      throw try await notStarted(error)
    }
    try await session.doing("the start of '\(wave.name)' cannot be recorded") { connection in
      try book(connection).noteStarted(place, of: number)
    }
  }

  /// Forgets the start of a wave that a program did not start, and says so.
  private func notStarted(_ problem: Problem) async throws -> Problem {
    try await session.doing("the failure of '\(wave.name)' cannot be recorded") { connection in
      try book(connection).forget(place, of: number)
    }
    return failure(Self.words(problem))
  }

  /// A kill came between the program and the row that says that it ran.
  private func startUnknown() async throws {
    switch run.options.assumption {
    case .started:
      try await session.doing("the start of '\(wave.name)' cannot be recorded") { connection in
        try book(connection).noteStarted(place, of: number)
      }
    case .notStarted:
      guard case .command(let words) = wave.start else { return }
      run.observe(.starting(wave.name))
      try await command(words)
    case nil:
      throw unknown(.partial, "the run was ended while the program that starts it was at work")
    }
  }

  private func wait() async throws {
    guard !started.record.isTogether else { return }
    if let until = wave.until { try await watch(until) }
    try await noteCaughtUp()
    run.observe(.caughtUp(wave.name))
  }

  private func watch(_ until: String) async throws {
    run.observe(.waiting(wave.name))
    let clock = ContinuousClock()
    let end = clock.now + wave.limit
    while try await !ask(until) {
      guard clock.now + wave.poll < end else { throw late }
      do {
        try await Task.sleep(for: wave.poll)
      } catch {
        throw interrupted
      }
    }
  }

  private func ask(_ until: String) async throws -> Bool {
    try await session.doing("cannot see whether '\(wave.name)' has caught up") { connection in
      try connection.transaction("READ ONLY") {
        try facts.tell(connection)
        return try Truth.ask(until, of: wave.name, connection)
      }
    }
  }

  private func noteCaughtUp() async throws {
    try await session.doing("what '\(wave.name)' reached cannot be recorded") { connection in
      try book(connection).noteCaughtUp(place, of: number)
    }
  }

  private func book(_ connection: Connection) -> WaveBook {
    WaveBook(connection: connection, identity: started.identity)
  }
}
