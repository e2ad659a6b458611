internal import Catalog
public import Migration
public import Postgres
internal import Problems

/// Compares what each patch does to production with what it did on the scratch, before its COMMIT.
public final class ReceiptObserver: RunObserver {
  private let receipt: Receipt
  private let direction: Receipt.Direction
  private let use: ReceiptUse
  private let next: NextCommand
  private var before = SchemaFingerprint()

  /// Watches one patch under a receipt.
  ///
  /// - Parameters:
  ///   - receipt: the receipt.
  ///   - direction: whether the patch is applied or taken back.
  ///   - state: what the ledger says before it runs.
  public init(_ receipt: Receipt, _ direction: Receipt.Direction, in state: Ledger.State) {
    self.receipt = receipt
    self.direction = direction
    use = ReceiptUse(of: receipt, in: state)
    next = NextCommand(tenant: state.tenant)
  }

  /// Reads the schema before the patch's first statement.
  ///
  /// A patch outside a transaction that was interrupted has done a part of its work. What it changes
  /// is then taken from the receipt, as it was before the patch's beginning.
  public func willBegin(_ patch: Patch, on connection: Connection) throws {
    before = try SchemaFingerprint.read(connection)
    guard use.hasUnfinished else { return }
    let base = receipt.schema(after: use)
    var texts = before.texts
    for object in changes(of: patch).objects { texts[object] = base[object] }
    before = SchemaFingerprint(texts: texts)
  }

  /// Throws a `Problem` of kind `damaged` when the changes differ; a patch in a transaction is
  /// rolled back by it.
  public func beforeCommit(_ patch: Patch, on connection: Connection) throws {
    let changes = ChangeSet(from: before, to: try SchemaFingerprint.read(connection))
    let lines = changes.lines(against: self.changes(of: patch))
    guard !lines.isEmpty else { return }
    let script = direction == .up ? patch.script : patch.undo ?? patch.script
    let facts = lines.prefix(20).map { Problem.Fact("difference", $0) }
    guard script.directives.isOutsideTransaction else {
      throw Problem(
        .damaged,
        code: "migrate.other-changes",
        "\(script.file) did something else here than in the rehearsal, so it was rolled back",
        facts: facts,
        hint: "Production differs from the snapshot; take a new one and rehearse again."
      )
    }
    throw Problem(
      .damaged,
      code: "migrate.other-changes",
      "\(script.file) did something else here than in the rehearsal",
      reason: "it runs outside a transaction, so all of its statements are committed",
      facts: facts,
      hint: "The ledger has it as unfinished. Bring the database by hand to where \(script.file)"
        + " ended in the rehearsal, then "
        + (direction == .up
          ? "accept it: \(next.repair(patch.version))" : "go on: \(next.undo(patch.version))")
    )
  }

  private func changes(of patch: Patch) -> ChangeSet {
    let rehearsed = receipt.patches.first { $0.version == "\(patch.version)" }
    let isWayBack = receipt.direction == .up && direction == .down
    guard let changes = isWayBack ? rehearsed?.reversal?.changes : rehearsed?.changes else {
      preconditionFailure("a patch runs that the receipt does not have: \(patch.file)")
    }
    return changes
  }
}
