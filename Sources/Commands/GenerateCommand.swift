public import Arguments
internal import Reports

/// Prints what packagers put next to the program.
///
/// Hidden: nobody else needs it.
public struct GenerateCommand: RunnableCommand {
  /// What can be generated.
  public enum Product: String, CaseIterable, ArgumentValue {
    /// The manual page.
    case manual
    /// A completion script.
    case completions
    /// The description of every command as JSON.
    case json
  }

  /// The word that calls it.
  public static let name = "generate"
  /// One sentence.
  public static let summary = "Print files that packages contain."
  /// Left out of lists.
  public static let isHidden = true
  /// Nothing is configured about it.
  public static let readsConfiguration = false

  /// The options of every command.
  public var shared = SharedOptions()
  /// What to print.
  public var product = Product.manual
  /// The shell of a completion script.
  public var shell = Shell.bash

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("product", \.product, "What to print.")
    option("--shell", \.shell, value: "SHELL", "The shell of a completion script.")
    group(\.shared)
  }

  /// Prints the product.
  public func run(in context: Context) async throws -> ExitStatus {
    let info = CommandInfo(CommandTree.root)
    let text =
      switch product {
      case .manual: ManualPage.render(info, version: ToolVersion.number, date: ToolVersion.date)
      case .completions: shell.completions(for: info)
      case .json: info.json.pretty + "\n"
      }
    context.world.output.write(text)
    return .done
  }
}
