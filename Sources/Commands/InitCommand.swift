public import Arguments
internal import Migration
internal import ObjectStore
internal import Postgres
internal import Reports
internal import Repository

/// Creates a repository.
public struct InitCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "init"
  /// One sentence.
  public static let summary = "Create a repository for snapshots."
  /// Command lines worth copying.
  public static let examples = [
    Example(
      "drydock init --repository /var/backups/drydock --passphrase-file /etc/drydock/passphrase",
      "Create an encrypted repository in a directory."
    ),
    Example("drydock init --unencrypted", "Create one that hides nothing but notices damage."),
    Example(
      "drydock init --grant deploy --database shop",
      "Make the ledger in a database and let role deploy migrate; no repository is made."
    ),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// Whether the content is not encrypted.
  public var isUnencrypted = false
  /// A role that shall migrate without owning the ledger.
  public var grantee: String?
  /// The option that names the database.
  public var databaseOptions = DatabaseOptions()

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    flag("--unencrypted", \.isUnencrypted, "Do not encrypt; damage is still noticed.")
    option(
      "--grant",
      \.grantee,
      value: "ROLE",
      "Instead: make the ledger in --database and let this role write to it."
    )
    group(\.databaseOptions)
    group(\.shared)
  }

  /// Creates the repository.
  public func run(in context: Context) async throws -> ExitStatus {
    if let grantee { return try await grant(to: grantee, context) }
    let store = try context.store()
    let encryption: Repository.Encryption =
      isUnencrypted ? .none : .passphrase(try context.passphrase().secret)
    let repository = try await Lane("drydock.repository").run {
      try Repository.create(in: store, encryption: encryption)
    }
    context.show(
      Report(
        blocks: [
          .values([
            .init("repository", store.location), .init("id", repository.id),
            .init("encryption", isUnencrypted ? "none" : "AES-256-GCM, opened by passphrase"),
          ])
        ] + (isUnencrypted ? [] : [.paragraph(Self.warning, role: .warning)]),
        json: [
          "repository": .string(store.location), "id": .string(repository.id),
          "encrypted": .boolean(!isUnencrypted),
        ]
      )
    )
    return .done
  }

  /// Makes the ledger as its owner-to-be, so that the migrator need not own it.
  private func grant(to role: String, _ context: Context) async throws -> ExitStatus {
    let settings = try databaseOptions.explicit(in: context)
    let runner = Runner(settings, Runner.Options(toolVersion: ToolVersion.number))
    try await runner.onOwnLane { try $0.prepareLedger(for: role) }
    context.show(
      Report(
        blocks: [.values([.init("database", "\(settings)"), .init("may migrate", role)])],
        json: ["event": "result", "granted": .string(role)]
      )
    )
    return .done
  }

  private static let warning =
    "Keep the passphrase in a second place: without it, nobody can open the snapshots again."
}
