internal import Catalog
internal import Migration
internal import Postgres
internal import SQLSyntax

/// What rules look at: one script as it was written and as it ran, and what was there before it.
///
/// A script is a patch, or the undo file that takes one back.
struct Evidence: Sendable {
  /// One statement with what was seen of it.
  struct Step: Sendable {
    var statement: Statement
    var observation: Observation
    /// Which transaction of the patch it ran in, counted from 0.
    var transaction: Int
    /// Locks that it took itself, beyond those that the transaction held.
    var newLocks: [Observation.Lock]
    /// Locks that stop writers and that the transaction held already when it began.
    var heldLocks: [Observation.Lock]

    var actions: [SchemaAction] { statement.syntax.actions }
    var place: Finding.Place {
      Finding.Place(
        file: statement.file,
        line: statement.position.line,
        column: statement.position.column
      )
    }
    /// Whether an object of that plain name was dropped; `IF EXISTS` passes over what there is not.
    func dropped(_ name: String) -> Bool {
      observation.dropped.contains { $0.parts.last == name }
    }
    /// Full reads while writers wait, those that a rewrite makes left out.
    var blockingScans: [Observation.Scan] {
      let rewritten = Set(observation.rewrites.map(\.table))
      return observation.scans.filter { $0.isUnderLock && !rewritten.contains($0.table) }
    }
  }

  let version: String
  let file: String
  let steps: [Step]
  let changes: ChangeSet?
  var before: CatalogFacts
  /// Foreign keys after the patch; nil when it did not end.
  let foreignKeys: [CatalogFacts.ForeignKey]?
  /// Seconds from its last statement to COMMIT, while its locks are held.
  let tailSeconds: Double
  /// What its author accepts.
  let allowances: [Directives.Allowance]
  /// What the patch made that this takes back at once; nil for a script that takes none back.
  ///
  /// Nobody but the patch has written there, so taking it away loses nothing.
  let takenBack: Set<SchemaObject>?
  /// Rows that are other than before the patch, after it was taken back.
  var rowsLeft: [TableRows] = []

  init(
    _ script: Script,
    _ observation: PatchObservation,
    statements: [Statement],
    before: CatalogFacts,
    foreignKeys: [CatalogFacts.ForeignKey]?,
    takingBack patch: ChangeSet? = nil
  ) {
    version = observation.version
    file = observation.file
    changes = observation.changes
    tailSeconds = observation.tailSeconds
    self.before = before
    self.foreignKeys = foreignKeys
    allowances = script.directives.allowances
    takenBack = patch.map { Set($0.added.map(\.object)) }
    let transactions = script.steps.enumerated().flatMap { number, step in
      step.statements.map { _ in number }
    }
    steps = Self.steps(statements, observation.statements, transactions)
  }

  private static func steps(
    _ statements: [Statement],
    _ observations: [Observation],
    _ transactions: [Int]
  ) -> [Step] {
    var steps: [Step] = []
    for (number, (statement, observation)) in zip(statements, observations).enumerated() {
      let transaction = number < transactions.count ? transactions[number] : number
      let previous = steps.last.flatMap { $0.transaction == transaction ? $0 : nil }
      let held = previous?.observation.locks ?? []
      steps.append(
        Step(
          statement: statement,
          observation: observation,
          transaction: transaction,
          newLocks: observation.locks.filter { !held.contains($0) },
          heldLocks: held.filter(\.stopsWriters)
        )
      )
    }
    return steps
  }

  /// Whether the patch that is taken back made the table.
  func isOwn(_ table: String) -> Bool {
    takenBack?.contains(SchemaObject(.structure, "table", table)) == true
  }

  /// Whether the patch that is taken back made the column, or its whole table.
  func isOwn(_ column: String, of table: String) -> Bool {
    isOwn(table)
      || [column, SQL.identifier(column)].contains { name in
        let object = SchemaObject(.structure, "column", "\(table).\(name)")
        return takenBack?.contains(object) == true
      }
  }

  /// The table that a statement means, if it was there before the patch.
  func table(_ name: ObjectName) -> CatalogFacts.Table? { before.table(name) }
}
