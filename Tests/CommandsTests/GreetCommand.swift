import Arguments
import Commands
import Postgres
import Problems
import Reports

/// A command of these tests, which shows every way in which a command can speak and end.
struct GreetCommand: RunnableCommand {
  enum Ending: String, CaseIterable, ArgumentValue {
    case done, omissions, problem, cancelled, unknown
  }

  static let name = "greet"
  static let summary = "Greet somebody."

  var shared = SharedOptions()
  var database = DatabaseOptions()
  var ending = Ending.done

  static var arguments: [Argument<Self>] {
    option("--ending", \.ending, value: "WAY", "How it ends.")
    group(\.database)
    group(\.shared)
  }

  func run(in context: Context) async throws -> Commands.ExitStatus {
    context.progress.report(Progress(phase: "greeting", bytes: 10))
    context.note("a note")
    context.detail("a detail")
    context.warn("a warning")
    switch ending {
    case .done, .omissions:
      context.show(Report(blocks: [.paragraph("Hello.")], json: ["event": "result"]))
      return ending == .done ? .done : .omissions
    case .problem:
      throw Problem(
        .refused,
        code: "greeting.refused",
        "The greeting of \u{1B}[1mjobs was refused",
        reason: "ERROR: no\nDETAIL: never (SQLSTATE 42501)",
        facts: [.init("table", "public.jobs")],
        hint: "Ask again."
      )
    case .cancelled: throw CancellationError()
    case .unknown: throw Unknown()
    }
  }

  struct Unknown: Error {}
}

/// A command that changes a database, and so needs it named.
struct ChangeCommand: RunnableCommand {
  static let name = "change"
  static let summary = "Change something."

  var shared = SharedOptions()
  var database = DatabaseOptions()

  static var arguments: [Argument<Self>] {
    group(\.database)
    group(\.shared)
  }

  func run(in context: Context) async throws -> Commands.ExitStatus {
    let settings = try database.explicit(in: context)
    context.world.output.line("\(settings)")
    try Confirmation.require(
      typing: "prod",
      before: "This changes the database prod.",
      alternative: "Give --confirm TOKEN.",
      in: context
    )
    return .done
  }
}
