/// What the parser knows about one SQL statement, reduced to what a runner must decide.
///
/// Nothing here is a judgement: whether a statement is allowed is for whoever runs it. The
/// questions come from the PostgreSQL manual: which commands cannot run inside a transaction
/// block, which reach outside the database, which change the session.
public struct StatementSyntax: Sendable, Equatable {
  /// The commands that begin, end or divide a transaction.
  public enum TransactionControl: Sendable, Equatable {
    /// `BEGIN` or `START TRANSACTION`; `hasModes` when it names an isolation level or the like.
    case begin(hasModes: Bool)
    /// `COMMIT` or `END`; `chains` for `AND CHAIN`.
    case commit(chains: Bool)
    /// `ROLLBACK` or `ABORT`.
    case rollback
    /// `SAVEPOINT`, `RELEASE` or `ROLLBACK TO`: they divide a transaction and never end it.
    case savepoint
    /// `PREPARE TRANSACTION`, `COMMIT PREPARED` or `ROLLBACK PREPARED`.
    case twoPhase
  }

  /// The name of a relation as the statement writes it.
  public struct IndexName: Sendable, Equatable {
    /// The schema, when it is written.
    public var schema: String?
    /// The name.
    public var name: String
  }

  /// Where a `COPY` reads from or writes to.
  public enum CopyTarget: Sendable, Equatable {
    /// The client sends the rows: `FROM STDIN`.
    case fromClient
    /// The client receives the rows: `TO STDOUT`.
    case toClient
    /// A program that the server starts.
    case program
    /// A file on the server's machine.
    case serverFile
  }

  /// The parser's name of the statement, such as `AlterTableStmt`; `Opaque` where it knows none.
  public var kind: String
  /// Why the parser did not understand; `nil` when it did.
  public var opaqueReason: String?
  /// Set when the statement begins, ends or divides a transaction.
  public var transactionControl: TransactionControl?
  /// Whether the server accepts it inside a transaction block.
  public var canRunInTransaction = true
  /// Set when the statement is a `COPY`.
  public var copy: CopyTarget?
  /// Settings that it changes for the session or the transaction, in lower case; `*` for all.
  public var settings: Set<String> = []
  /// Schemas that it names, also inside the text of a `DO` block or a function.
  public var schemas: Set<String> = []
  /// Whether it changes what all databases of the server share.
  public var isClusterWide = false
  /// Whether it loads a library into the server: `LOAD`.
  public var loadsLibrary = false
  /// Whether it drops or hands over everything that a role owns.
  public var affectsOwnedObjects = false
  /// The indexes that it creates or drops by name; empty when the server chooses the name.
  public var indexes: [IndexName] = []
  /// The table, where it creates an index.
  public var indexedTable: IndexName?
  /// Whether its effect cannot be told from outside: `DO` and `CALL` run code of their own.
  public var runsCode = false
  /// What it does to the schema and to rows, in the order of its text; empty when it is opaque.
  public var actions: [SchemaAction] = []

  /// The kind that stands for "not understood".
  public static let opaqueKind = "Opaque"

  /// Whether the parser did not understand the statement.
  public var isOpaque: Bool { kind == Self.opaqueKind }

  init(kind: String) {
    self.kind = kind
  }
}
