internal import Catalog
public import Migration
public import Postgres
internal import Problems

/// Compares what each patch does to production with what it did on the scratch, before its COMMIT.
public final class ReceiptObserver: RunObserver {
  private let receipt: Receipt
  private var before = SchemaFingerprint()

  /// Watches a run under a receipt.
  public init(_ receipt: Receipt) { self.receipt = receipt }

  /// Reads the schema before the patch's first statement.
  public func willBegin(_ patch: Patch, on connection: Connection) throws {
    before = try SchemaFingerprint.read(connection)
  }

  /// Throws a `Problem` of kind `damaged`, which rolls the patch back, when the changes differ.
  public func beforeCommit(_ patch: Patch, on connection: Connection) throws {
    guard let expected = receipt.patches.first(where: { $0.version == "\(patch.version)" }) else {
      preconditionFailure("a patch runs that the receipt does not have: \(patch.file)")
    }
    let changes = ChangeSet(from: before, to: try SchemaFingerprint.read(connection))
    let lines = changes.lines(against: expected.changes)
    guard !lines.isEmpty else { return }
    throw Problem(
      .damaged,
      code: "migrate.other-changes",
      "\(patch.file) did something else here than in the rehearsal, so it was rolled back",
      facts: lines.prefix(20).map { Problem.Fact("difference", $0) },
      hint: "Production differs from the snapshot; take a new one and rehearse again."
    )
  }
}
