public import Arguments

/// Prints the manual page.
public struct ManualCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "manual"
  /// One sentence.
  public static let summary = "Print the manual page."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock manual | man -l -", "Read the manual page."),
    Example(
      "drydock manual > /usr/local/share/man/man1/drydock.1",
      "Install it for everybody."
    ),
  ]
  /// Nothing is configured about it.
  public static let readsConfiguration = false

  /// The options of every command.
  public var shared = SharedOptions()

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    group(\.shared)
  }

  /// Prints the page in mdoc.
  public func run(in context: Context) async throws -> ExitStatus {
    let info = CommandInfo(CommandTree.root)
    context.world.output.write(
      ManualPage.render(info, version: ToolVersion.number, date: ToolVersion.date)
    )
    return .done
  }
}
