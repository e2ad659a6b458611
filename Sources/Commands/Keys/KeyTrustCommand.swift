public import Arguments
internal import Files
internal import Reports
internal import Repository

/// Binds a key file to one repository.
public struct KeyTrustCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "trust"
  /// One sentence.
  public static let summary = "Let a key file open only what one authority has signed."
  /// What a person must know before.
  public static let discussion = """
    Whoever can write to a store can seal keys of his own for a host whose public key he knows, \
    and read what the host then backs up. A host whose key file names the authority opens no such \
    slot. key add and key list --json show the authority to those who hold a full key.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example(
      "drydock key trust /etc/drydock/host.key authority-9c...",
      "On a host: write the repository's authority into its key file."
    )
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// The key file.
  public var file = ""
  /// Who may sign.
  public var authority = ""

  /// Makes the command with every default.
  public init() {}

  /// It opens nothing, so it needs no configuration.
  public static var readsConfiguration: Bool { false }

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("file", \.file, "The key file; it is written anew.", completion: .file)
    positional("authority", \.authority, "The repository's authority, as key add showed it.")
    group(\.shared)
  }

  /// Writes it down.
  public func run(in context: Context) async throws -> ExitStatus {
    let authority = try PublicKey(authority, for: .authority)
    let path = context.absolute(path: file)
    let key = try Context.keyFile(path).trusting(authority)
    try AtomicFile.write(key.encoded(), to: path, collision: .replace)
    context.show(
      Report(
        blocks: [.values([.init("file", path), .init("authority", authority.description)])],
        json: [
          "event": "result", "file": .string(path), "authority": .string(authority.description),
        ]
      )
    )
    return .done
  }
}
