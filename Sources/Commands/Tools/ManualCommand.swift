public import Arguments
internal import Files
internal import Problems

/// Prints manual pages.
public struct ManualCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "manual"
  /// One sentence.
  public static let summary = "Print the manual, whole or a command's page."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock manual | man -l -", "Read the whole manual."),
    Example("drydock manual key add | man -l -", "Read the page of one command."),
    Example(
      "drydock manual --directory /usr/local/share/man/man1",
      "Install drydock(1), drydock-backup(1) and the others for everybody."
    ),
  ]
  /// Nothing is configured about it.
  public static let readsConfiguration = false

  /// The options of every command.
  public var shared = SharedOptions()
  /// The words of one command.
  public var command: [String] = []
  /// Where every page is written as a file.
  public var directory: String?

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("command", \.command, "The command whose page is printed; without one, all.")
    option(
      "--directory",
      \.directory,
      value: "DIR",
      "Instead: write the manual and a page for each command into this directory.",
      completion: .directory
    )
    group(\.shared)
  }

  /// Prints the page in mdoc.
  public func run(in context: Context) async throws -> ExitStatus {
    let root = CommandInfo(CommandTree.root)
    guard let directory else {
      guard case .help(let info) = try CommandLineReader(CommandTree.root).read(["help"] + command)
      else { return .failed }
      context.world.output.write(Self.page(info, root))
      return .done
    }
    guard command.isEmpty else {
      throw Problem(
        .usage,
        code: "usage.manual",
        "--directory writes all pages",
        hint: "Name a command, or a directory."
      )
    }
    let place = context.absolute(path: directory)
    try Directory.create(place, mode: 0o755)
    for info in root.visiblePages {
      try AtomicFile.write(
        Array(Self.page(info, root).utf8),
        to: "\(place)/\(ManualPage.fileName(info))",
        mode: 0o644
      )
    }
    return .done
  }

  private static func page(_ info: CommandInfo, _ root: CommandInfo) -> String {
    ManualPage.render(info, of: root, version: ToolVersion.number, date: ToolVersion.date)
  }
}
