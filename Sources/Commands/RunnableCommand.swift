public import Arguments

/// A command of Drydock: one file each, reading its arguments and calling the modules below.
///
/// To add one: make a struct in `NameCommand.swift`, give it `name`, `summary`, its properties and
/// `arguments` (the last line is `group(\.shared)`), write `run(in:)`, and
/// list it in `CommandTree`. Render results in `Value+Report.swift`, throw `Problem` for errors.
public protocol RunnableCommand: Command {
  /// The options of every command.
  var shared: SharedOptions { get set }
  /// Whether the configuration is read first; commands that only print need none.
  static var readsConfiguration: Bool { get }
  /// Does the work. Blocking calls belong on a lane, never on the thread of the caller.
  func run(in context: Context) async throws -> ExitStatus
}

extension RunnableCommand {
  /// Reads it, unless the command says otherwise.
  public static var readsConfiguration: Bool { true }
}
