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
    ProcessSurroundings.ignoreBrokenPipes()
    let watch = SignalWatch()
    var world = Surroundings.ofProcess()
    world.isStopping = watch.isStopping
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
    } catch let problem as Problem {
      // Whatever failed because someone asked to stop, is that; a changed target is told all the same.
      let isStopped = Task.isCancelled && [.failed, .busy].contains(problem.kind)
      return show(isStopped ? Self.interruption : problem, isJSON)
    } catch let error as UsageError {
      return show(Problem(error), isJSON)
    } catch is CancellationError {
      return show(Self.interruption, isJSON)
    } catch {
      return show(Self.surprise(error), isJSON)
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
    defer { context.progress.clear() }
    return try await command.run(in: context)
  }

  private func show(_ problem: Problem, _ isJSON: Bool) -> ExitStatus {
    let status = ExitStatus(problem.kind)
    if isJSON {
      world.errors.line(problem.json(status: status).compact)
    } else {
      world.errors.write(problem.text(style: world.errors.style))
    }
    return status
  }

  private static let interruption = Problem(
    .interrupted,
    code: "interrupted",
    "Stopped cleanly, as asked"
  )

  /// An error that no module turned into a problem: a defect, but still one with a clear end.
  private static func surprise(_ error: any Error) -> Problem {
    Problem(
      code: "internal.unexpected-error",
      "Something failed in a way that Drydock does not know",
      reason: String(describing: error),
      hint: "This is a defect of Drydock. Please report it with the command line."
    )
  }
}
