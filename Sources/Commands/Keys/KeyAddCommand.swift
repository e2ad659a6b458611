public import Arguments
internal import Problems
internal import Reports
internal import Repository

/// Adds a key slot.
public struct KeyAddCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "add"
  /// One sentence.
  public static let summary = "Let another passphrase, key file or host open the repository."
  /// Command lines worth copying.
  public static let examples = [
    Example(
      "drydock key add --recipient host-5f... --role write --label db1",
      "Let a host add snapshots that made its key with drydock key generate."
    ),
    Example(
      "drydock key add --passphrase-file-new /etc/drydock/second --label 'in the safe'",
      "Add a second passphrase."
    ),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// A file with the passphrase that shall open it.
  public var newPassphraseFile: String?
  /// A key file that shall open it.
  public var newKeyFile: String?
  /// The public key of a host that shall open it.
  public var recipient: String?
  /// What the holder may do.
  public var role = KeyRole.full.rawValue
  /// Text for people.
  public var label = ""

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option(
      "--passphrase-file-new",
      \.newPassphraseFile,
      value: "FILE",
      "The passphrase in this file shall open the repository.",
      completion: .file
    )
    option(
      "--key-file-new",
      \.newKeyFile,
      value: "FILE",
      "The key in this file shall open the repository.",
      completion: .file
    )
    option(
      "--recipient",
      \.recipient,
      value: "PUBLIC-KEY",
      "The host with this public key shall open the repository."
    )
    option("--role", \.role, value: "full|write", "What its holder may do (default full).")
    option("--label", \.label, value: "TEXT", "What people call it.")
    group(\.shared)
  }

  /// Adds it.
  public func run(in context: Context) async throws -> ExitStatus {
    guard let role = KeyRole(rawValue: role) else {
      throw Problem(
        .usage,
        code: "usage.role",
        "There is no role \(role)",
        hint: "Give --role full or --role write."
      )
    }
    let recipient = try keyRecipient(context)
    let (store, label) = (try context.store(), label)
    let slot = try await context.withCredential {
      try KeyKeeper(store, $0).add(recipient, role: role, label: label)
    }
    context.show(
      Report(
        blocks: [
          .values([
            .init("slot", slot.id), .init("kind", slot.kind), .init("role", slot.role.rawValue),
            .init("label", slot.label),
          ])
        ] + advice(slot),
        json: ["event": "result", "slot": slot.json]
      )
    )
    return .done
  }

  /// A host's slot can be made by everybody who can write to the store; so the host is told by whom.
  private func advice(_ slot: KeySlotSummary) -> [Report.Block] {
    guard slot.kind == "recipient", let authority = slot.authority else { return [] }
    return [
      .paragraph(
        "On the host, run drydock key trust FILE \(authority), so that its key opens no slot that "
          + "somebody else put into the store."
      )
    ]
  }

  private func keyRecipient(_ context: Context) throws -> KeyRecipient {
    guard [newPassphraseFile, newKeyFile, recipient].compactMap(\.self).count == 1 else {
      throw Problem(
        .usage,
        code: "usage.one-new-key",
        "A slot is for one key",
        hint: "Give one of --passphrase-file-new, --key-file-new and --recipient."
      )
    }
    if let recipient { return .host(try PublicKey(recipient, for: .host)) }
    if let newKeyFile { return .holder(.keyFile(try Context.keyFile(newKeyFile))) }
    let source = PassphraseSource.file(newPassphraseFile ?? "")
    return .holder(.passphrase(try source.read(environment: context.world.environment).secret))
  }
}
