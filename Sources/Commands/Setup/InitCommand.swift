public import Arguments
internal import Backup
internal import Migration
internal import ObjectStore
internal import Postgres
internal import Problems
internal import Reports
internal import Repository

/// Creates a repository.
public struct InitCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "init"
  /// One sentence.
  public static let summary = "Create a repository for snapshots."
  /// Paragraphs that explain it.
  public static let discussion = """
    On a terminal, and where nothing names a repository, it asks a few questions: it makes a random \
    passphrase, tries the database, and writes a commented configuration. It never writes over a file.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock init", "On a terminal: ask, make a repository, write the configuration."),
    Example(
      "drydock init --example server > drydock.yaml",
      "Print a commented configuration to change by hand."
    ),
    Example(
      "drydock init --repository /var/backups/drydock --passphrase-file /etc/drydock/passphrase",
      "Create an encrypted repository in a directory."
    ),
    Example("drydock init --unencrypted", "Create one that hides nothing but notices damage."),
    Example(
      "drydock init --grant deploy --database shop",
      "Let role deploy migrate a database and take snapshots of it; no repository is made."
    ),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// Whether the content is not encrypted.
  public var isUnencrypted = false
  /// Whether every program is to refuse to remove an object.
  public var isAppendOnly = false
  /// The configuration that is printed in place of everything else.
  public var example: ConfigurationExample?
  /// A role that shall migrate and take snapshots without owning anything.
  public var grantee: String?
  /// The option that names the database.
  public var databaseOptions = DatabaseOptions()

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    flag("--unencrypted", \.isUnencrypted, "Do not encrypt; damage is still noticed.")
    flag(
      "--append-only",
      \.isAppendOnly,
      "Let no drydock remove anything here, for good; see doctor for who else could."
    )
    option(
      "--grant",
      \.grantee,
      value: "ROLE",
      "Instead: prepare --database and let this role migrate it and take snapshots."
    )
    option(
      "--example",
      \.example,
      value: "KIND",
      "Instead: print a commented configuration for this way of working."
    )
    group(\.databaseOptions)
    group(\.shared)
  }

  /// Creates the repository.
  public func run(in context: Context) async throws -> ExitStatus {
    if let example {
      context.world.output.write(example.text(example.placeholders))
      return .done
    }
    if let grantee { return try await grant(to: grantee, context) }
    try checkEncryption(in: context)
    if asks(in: context) { return try await setUp(context) }
    context.show(try await create(in: context))
    return .done
  }

  /// Makes the repository that is configured.
  func create(in context: Context) async throws -> Report {
    let store = try context.store()
    let findings = try await probe(store, context)
    let encryption = try encryption(in: context)
    let repository = try await Lane("drydock.repository").run { [isAppendOnly] in
      let repository = try Repository.create(
        in: store,
        encryption: encryption,
        isAppendOnly: isAppendOnly
      )
      try findings?.keep(in: store)
      return repository
    }
    return Report(
      blocks: [
        .values(
          [
            .init("repository", store.location), .init("id", repository.id),
            .init("encryption", Self.describe(encryption)),
          ] + (findings.map { [.init("store", $0.summary)] } ?? [])
            + (isAppendOnly ? [.init("append only", "drydock removes nothing here")] : [])
        )
      ] + (isUnencrypted ? [] : [.paragraph(Self.warning, role: .warning)]),
      json: [
        "repository": .string(store.location), "id": .string(repository.id),
        "encrypted": .boolean(!isUnencrypted), "append_only": .boolean(isAppendOnly),
        "store": findings?.json ?? .null,
      ]
    )
  }

  /// No command would open what is made without encryption while a key is configured.
  private func checkEncryption(in context: Context) throws {
    let configuration = context.configuration
    guard isUnencrypted, configuration.passphrase != nil || configuration.keyFile != nil else {
      return
    }
    let key = configuration.keyFile == nil ? "passphrase" : "key file"
    let place = configuration.keyFile ?? configuration.passphrase?.name ?? ""
    throw Problem(
      .usage,
      code: "usage.contradiction",
      "--unencrypted and a \(key) do not go together",
      reason: "the \(key) comes from \(place), and with one configured, a repository without "
        + "encryption is refused",
      hint: "Leave out --unencrypted, or take the \(key) out of the configuration. "
        + "Nothing was made."
    )
  }

  private func encryption(in context: Context) throws -> Repository.Encryption {
    if isUnencrypted { return .none }
    if let path = context.configuration.keyFile { return .keyFile(try Context.keyFile(path)) }
    return .passphrase(try context.passphrase().secret)
  }

  private static func describe(_ encryption: Repository.Encryption) -> String {
    switch encryption {
    case .none: "none"
    case .passphrase: "AES-256-GCM, opened by passphrase"
    case .keyFile: "AES-256-GCM, opened by key file"
    }
  }

  /// Makes ledger and witness as their owner-to-be, so that the role need not own them; and, as a
  /// superuser, the function that finds changed pages.
  private func grant(to role: String, _ context: Context) async throws -> ExitStatus {
    let settings = try databaseOptions.explicit(in: context)
    let runner = Runner(settings, Runner.Options(toolVersion: ToolVersion.number))
    try await runner.onOwnLane { try $0.prepareLedger(for: role) }
    let pages = try await Lane("drydock.grant").run {
      do {
        let connection = try Connection.openForOwnQueries(settings)
        try PageAccess.grantWitness(to: role, on: connection)
        return try PageAccess.install(for: role, on: connection)
      } catch let error as PostgresError {
        throw error.problem("role \(role) cannot be prepared for snapshots of \(settings)")
      }
    }
    context.show(
      Report(
        blocks: [
          .values([
            .init("database", "\(settings)"), .init("may migrate", role),
            .init("finds changed pages", pages == .installed ? role : "nobody new"),
          ])
        ] + (Self.advice(pages).map { [.paragraph($0, role: .warning)] } ?? []),
        json: [
          "event": "result", "granted": .string(role),
          "finds_changed_pages": .boolean(pages == .installed),
        ]
      )
    )
    return .done
  }

  /// What keeps snapshots from reading changed pages only, and what helps.
  private static func advice(_ pages: PageAccess.Outcome) -> String? {
    switch pages {
    case .installed: nil
    case .needsSuperuser:
      "Only a superuser can let a role find changed pages: run this as one, or every snapshot "
        + "reads all rows (from PostgreSQL 17, summarize_wal = on serves as well)."
    case .unavailable(let reason):
      "The server lacks pageinspect (package postgresql-contrib), so that every snapshot reads all "
        + "rows: \(reason)"
    }
  }

  private static let warning =
    "Keep the passphrase or key file in a second place: without it, nobody can open the snapshots again."
}
