public import Catalog
public import Migration

/// How a live database differs from what it should be.
public struct Drift: Sendable {
  /// Patches whose file and ledger do not agree: edited, missing, unfinished, out of order.
  public let patches: [Plan.Item]
  /// How many patches are pending, which is no drift.
  public let pending: Int
  /// How the live schema differs from the reference: `+` is live only.
  public let schema: SchemaDifference

  /// Whether nothing differs.
  public var isEmpty: Bool { patches.isEmpty && schema.isEmpty }
}
