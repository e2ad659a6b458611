public import Arguments
internal import FoundationEssentials
internal import Migration
internal import Postgres
internal import Rehearsal
internal import Reports

/// Lists the receipts of a repository.
public struct ReceiptsListCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "list"
  /// One sentence.
  public static let summary = "List receipts: for what, until when, and whether they still count."
  /// What a person must know before.
  public static let discussion = """
    Whether a receipt was used stands in the ledger of its database, so a database must be named for \
    that: with --database, or in the configuration. Receipts of other databases are listed without it.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock receipts list --database shop", "Which rehearsals may be migrated with now?")
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// The option that names the database.
  public var databaseOptions = DatabaseOptions()

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    group(\.databaseOptions)
    group(\.shared)
  }

  /// Lists them, the newest first.
  public func run(in context: Context) async throws -> ExitStatus {
    let shelf = try await context.receiptShelf()
    let live = try await context.liveIfNamed(databaseOptions, shelf.receipts.map(\.receipt))
    let now = Int(Date().timeIntervalSince1970)
    let entries = shelf.receipts.map {
      ReceiptEntry($0, live: live, revocation: shelf.revocations[$0.receipt.id], now: now)
    }
    context.show(ReceiptEntry.report(entries, strangers: shelf.untrusted))
    return .done
  }
}

extension Context {
  /// What the database of receipts says of itself; nil where none is named.
  func liveIfNamed(
    _ options: DatabaseOptions,
    _ receipts: [Receipt]
  ) async throws -> ReceiptEntry.Live? {
    guard options.database != nil || configuration.database != nil else { return nil }
    let settings = try options.orDefault(in: self)
    return try await Lane("drydock.live").run {
      do {
        let connection = try Connection.openForOwnQueries(settings)
        return try ReceiptEntry.Live(
          target: Receipt.Target.read(connection),
          ledgers: Dictionary(
            uniqueKeysWithValues: Set(receipts.map(\.tenant)).map { schema in
              (schema, try Ledger.read(connection, tenant: schema))
            }
          ),
          uses: Ledger.receiptUses(connection)
        )
      } catch let error as PostgresError {
        throw error.problem("cannot look at \(settings)")
      }
    }
  }
}
