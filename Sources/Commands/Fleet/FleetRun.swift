internal import Arguments
internal import Problems
internal import Reports

/// Runs one command for every member of the fleet, some at a time.
///
/// What becomes of one is no concern of the others. When somebody asks to stop, those at work end
/// cleanly and no other is begun.
struct FleetRun {
  let command: any FleetCommand
  let context: Context

  private var work: String { type(of: command).name }

  func run() async throws -> ExitStatus {
    if let word = try command.namedAlone() {
      throw Problem(
        .usage,
        code: "usage.fleet",
        "\(word) names one, and --fleet means all members of the fleet",
        hint: "Leave one of them out; --only NAME chooses among the members."
      )
    }
    let files = try command.fleet.files()
    let roster = try FleetRoster(command.shared, in: context)
    let members = try await roster.members(type(of: command).fleetUnit, only: command.fleet.only)
    let limit =
      command.fleet.concurrency ?? roster.settings.concurrency ?? FleetSettings.defaultConcurrency
    let outcome = FleetOutcome(work, await endings(of: members, atOnce: limit))
    context.progress.clear()
    show(outcome)
    for file in files { try file.write(outcome.report(), in: context) }
    return outcome.status
  }

  /// With `--quiet` only what needs a person, and nothing where nothing does.
  private func show(_ outcome: FleetOutcome) {
    guard context.isQuiet && !context.isJSON else { return context.show(outcome.report()) }
    if !outcome.troubled.isEmpty { context.show(outcome.report(isBrief: true)) }
  }

  private func endings(of members: [FleetMember], atOnce limit: Int) async -> [MemberEnding] {
    let board = FleetBoard(work, members, in: context)
    let repositories = FleetRepositories()
    return await withTaskGroup(of: MemberEnding.self) { group in
      var endings: [MemberEnding] = []
      var waiting = members[...]
      for member in waiting.prefix(limit) {
        group.addTask { await run(member, repositories, board) }
      }
      waiting = waiting.dropFirst(limit)
      while let ending = await group.next() {
        endings.append(ending)
        board.end(ending)
        guard !Task.isCancelled, let next = waiting.popFirst() else { continue }
        group.addTask { await run(next, repositories, board) }
      }
      return endings
        + waiting.map { MemberEnding(name: $0.name, status: .interrupted, isLeft: true) }
    }
  }

  /// Works on one member; whatever goes wrong is how it ends.
  private func run(
    _ member: FleetMember,
    _ repositories: FleetRepositories,
    _ board: FleetBoard
  ) async -> MemberEnding {
    let start = context.world.uptime()
    let place = FleetPlace(repositories, systemIdentifier: member.systemIdentifier)
    let status: ExitStatus
    var problem: Problem?
    do {
      let configuration = try member.configuration.get()
      status = try await command.run(
        in: Context(member: member.name, configuration, place, board, of: context)
      )
    } catch {
      let ending = Problem(ending: error)
      status = ExitStatus(ending.kind)
      problem = ending
    }
    return MemberEnding(
      name: member.name,
      status: status,
      said: place.said,
      problem: problem,
      time: context.world.uptime() - start
    )
  }
}
