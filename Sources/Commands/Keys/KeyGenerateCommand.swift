public import Arguments
internal import Files
internal import Problems
internal import Reports
internal import Repository

/// Makes a key in a file.
public struct KeyGenerateCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "generate"
  /// One sentence.
  public static let summary = "Make a key in a file, and show its public half."
  /// Command lines worth copying.
  public static let examples = [
    Example(
      "drydock key generate /etc/drydock/host.key",
      "On a host: make its key; give what is shown to key add --recipient."
    ),
    Example(
      "drydock key generate --receipts /etc/drydock/receipts.key",
      "Make a key that signs receipts."
    ),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// Where the key goes.
  public var file = ""
  /// Whether it signs receipts.
  public var isForReceipts = false
  /// Whether it is used as a passphrase is, without a public half.
  public var isUnshared = false

  /// Makes the command with every default.
  public init() {}

  /// It opens nothing, so it needs no configuration.
  public static var readsConfiguration: Bool { false }

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("file", \.file, "The new file; only its owner may read it.", completion: .file)
    flag("--receipts", \.isForReceipts, "The key signs receipts and opens nothing.")
    flag(
      "--unshared",
      \.isUnshared,
      "The key has no public half: it serves like a passphrase, with init or key add."
    )
    group(\.shared)
  }

  /// Makes it.
  public func run(in context: Context) async throws -> ExitStatus {
    guard !isForReceipts || !isUnshared else {
      throw Problem(
        .usage,
        code: "usage.one-purpose",
        "A key is for one purpose",
        hint: "Give --receipts or --unshared, not both."
      )
    }
    let key = try KeyFile.generate(for: isForReceipts ? .receipts : isUnshared ? .key : .host)
    let path = context.absolute(path: file)
    try AtomicFile.write(key.encoded(), to: path, collision: .refuse)
    let shown = try key.publicKey()?.description
    context.show(
      Report(
        blocks: [
          .values([.init("file", path)] + (shown.map { [.init("public key", $0)] } ?? []))
        ],
        json: [
          "event": "result", "file": .string(path), "purpose": .string(key.purpose.rawValue),
          "public_key": shown.map { .string($0) } ?? .null,
        ]
      )
    )
    return .done
  }
}
