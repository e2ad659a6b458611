public import Arguments
internal import Problems
internal import Reports
internal import Terminal

/// The whole program: words in, an exit status out.
public struct Program: Sendable {
  /// The commands.
  public var commands: CommandGroup
  /// The world around it.
  public var world: Surroundings

  /// Makes a program; tests give it commands and a world of their own.
  public init(commands: CommandGroup = CommandTree.root, world: Surroundings) {
    self.commands = commands
    self.world = world
  }

  /// Runs as the process, with real streams and real signals, and returns its exit status.
  public static func main(
    _ words: [String],
    commands: CommandGroup = CommandTree.root
  ) async -> Int32 {
    ProcessSurroundings.fillStandardStreams()
    ProcessSurroundings.ignoreBrokenPipes()
    let watch = SignalWatch()
    let world = Surroundings.ofProcess(isStopping: watch.isStopping)
    let program = Program(commands: commands, world: world)
    let work = Task { await program.run(words) }
    watch.start { work.cancel() }
    let status = await work.value
    return (status == .interrupted ? watch.status : status).rawValue
  }

  /// Runs a command line; every error has been shown when this returns.
  public func run(_ words: [String]) async -> ExitStatus {
    let isJSON = words.prefix { $0 != "--" }.contains("--json")
    do {
      let status = try await execute(words)
      try world.output.check()
      return status
    } catch {
      return show(Problem(ending: error), isJSON)
    }
  }

  private func execute(_ words: [String]) async throws -> ExitStatus {
    switch try CommandLineReader(commands).read(words) {
    case .version:
      world.output.line("\(commands.name) \(ToolVersion.number)")
      return .done
    case .help(let info):
      world.output.write(HelpText.render(info, width: min(world.output.width ?? 80, 100)))
      return .done
    case .run(let command, let info):
      guard let command = command as? any RunnableCommand else {
        preconditionFailure("\(info.call) is listed but cannot run")
      }
      return try await run(command)
    }
  }

  private func run<C: RunnableCommand>(_ command: C) async throws -> ExitStatus {
    let configuration =
      C.readsConfiguration
      ? try Configuration.load(command.shared, in: world) : Configuration()
    let context = Context(world, configuration, command.shared)
    let clock = Self.clock(of: context)
    defer {
      clock?.cancel()
      context.progress.clear()
    }
    if let command = command as? any FleetCommand {
      try command.fleet.check()
      if command.fleet.isFleet {
        return try await FleetRun(command: command, context: context).run()
      }
    }
    return try await command.run(in: context)
  }

  /// Lets the time on a person's screen go on where nothing else is heard for a while.
  private static func clock(of context: Context) -> Task<Void, Never>? {
    guard context.world.errors.isTerminal else { return nil }
    return Task {
      while !Task.isCancelled {
        // Thrown when it is cancelled, which the loop sees.
        try? await Task.sleep(for: .seconds(1))
        if !Task.isCancelled { context.progress.tick() }
      }
    }
  }

  private func show(_ problem: Problem, _ isJSON: Bool) -> ExitStatus {
    let status = ExitStatus(problem.kind)
    if isJSON {
      world.errors.line(problem.json(status: status).compact)
    } else {
      world.say(problem.text(style: world.errors.style))
    }
    return status
  }
}
