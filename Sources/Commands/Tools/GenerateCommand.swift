public import Arguments
internal import Files
internal import Problems
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
    /// The pages of docs/reference, written into a directory.
    case reference
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
  /// Where pages are written.
  public var directory: String?

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("product", \.product, "What to print.")
    option("--shell", \.shell, value: "SHELL", "The shell of a completion script.")
    option("--into", \.directory, value: "DIR", "Where the pages of the reference are written.")
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
      case .reference: try reference(of: info, in: context)
      }
    context.world.output.write(text)
    return .done
  }

  /// The pages of docs/reference.
  static func pages(of info: CommandInfo) -> [ReferencePages.Page] {
    ReferencePages.render(
      info,
      madeBy: "drydock tool generate reference --into docs/reference"
    )
  }

  /// Writes the pages, removes those of commands that are gone, and says how many there are.
  private func reference(of info: CommandInfo, in context: Context) throws -> String {
    guard let directory else {
      throw Problem(
        .usage,
        code: "usage.no-directory",
        "The reference is more than one page",
        hint: "Say where to: --into docs/reference"
      )
    }
    let place = context.absolute(path: directory)
    let pages = Self.pages(of: info)
    for page in pages {
      try AtomicFile.write(
        Array(page.text.utf8),
        to: "\(place)/\(page.file)",
        collision: .replace,
        durability: .fast,
        mode: 0o644
      )
    }
    for entry in try Directory.entries(of: place)
    where entry.name.hasSuffix(".md") && !pages.contains(where: { $0.file == entry.name }) {
      try Directory.removeFile("\(place)/\(entry.name)")
    }
    return "\(Quantity.count(pages.count, "page", "pages"))\n"
  }
}
