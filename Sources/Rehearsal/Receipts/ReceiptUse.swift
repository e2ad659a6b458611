internal import Catalog
public import Migration

/// How far a receipt is used up, as the ledger of its target says.
public struct ReceiptUse: Sendable, Equatable {
  /// How many of its patches are applied under it.
  public let applied: Int
  /// How many were applied and taken back under it.
  public let undone: Int
  /// How many patches began under it and did not end.
  let unfinishedPatches: Int
  /// How many began to be taken back under it and did not end.
  let unfinishedUndos: Int
  private let unfinishedVersions: Set<String>

  /// Counts the events that name the receipt.
  public init(of receipt: Receipt, in state: Ledger.State) {
    let own = state.latest.filter { $0.receipt == receipt.id }
    let unfinished = own.filter(\.isUnfinished)
    applied = own.count { $0.isApplied }
    undone = own.count { $0.kind == .undone && !$0.isUnfinished }
    unfinishedUndos = unfinished.count { $0.kind == .undone }
    unfinishedPatches = unfinished.count - unfinishedUndos
    unfinishedVersions = Set(unfinished.map { "\($0.version)" })
  }

  /// Whether something that began under it did not end.
  var hasUnfinished: Bool { unfinishedPatches + unfinishedUndos > 0 }

  /// Where the ledger stands when nobody else has written to it.
  ///
  /// A patch that was applied and taken back under one receipt has left two events.
  func position(of receipt: Receipt) -> Int {
    let steps =
      switch receipt.direction {
      case .up: applied + unfinishedPatches + 2 * (undone + unfinishedUndos)
      case .down: undone + unfinishedUndos
      }
    return receipt.ledgerPosition + steps
  }

  /// The versions that are applied when nobody else has changed the database.
  func versions(of receipt: Receipt) -> Set<String> {
    switch receipt.direction {
    case .up:
      Set(receipt.ledger).union(receipt.patches.prefix(applied).map(\.version))
    case .down:
      Set(receipt.ledger).subtracting(unfinishedVersions)
        .subtracting(undone > 0 ? receipt.patches.map(\.version) : [])
    }
  }
}

extension Receipt {
  /// What the schema is when the patches that were applied under the receipt have done their work.
  func schema(after use: ReceiptUse) -> SchemaFingerprint {
    let done = direction == .up ? use.applied + use.unfinishedUndos : 0
    return patches.prefix(done).reduce(schema) { $0.applying($1.changes) }
  }
}
