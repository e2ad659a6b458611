public import Arguments

/// Prints a completion script.
public struct CompletionsCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "completions"
  /// One sentence.
  public static let summary = "Print a completion script for a shell."
  /// Command lines worth copying.
  public static let examples = [
    Example("source <(drydock completions bash)", "Complete in this Bash session."),
    Example(
      "drydock completions zsh > ~/.zfunc/_drydock",
      "Complete in every Z shell that has ~/.zfunc in its fpath."
    ),
    Example(
      "drydock completions fish > ~/.config/fish/completions/drydock.fish",
      "Complete in every fish."
    ),
  ]
  /// Nothing is configured about it.
  public static let readsConfiguration = false

  /// The options of every command.
  public var shared = SharedOptions()
  /// The shell to write for.
  public var shell = Shell.bash

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("shell", \.shell, "The shell to write for.")
    group(\.shared)
  }

  /// Prints the script.
  public func run(in context: Context) async throws -> ExitStatus {
    context.world.output.write(shell.completions(for: CommandInfo(CommandTree.root)))
    return .done
  }
}
