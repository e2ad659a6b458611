public import Digests

/// What stripes add up to: rows, bytes of text, and the sum of the rows' digests.
///
/// Sums can be corrected by what changed, so that a table of a million stripes of which three
/// changed need not be added up again.
public struct StripeTotals: Sendable, Equatable {
  /// How many rows.
  public var rows: Int
  /// How many bytes of text.
  public var bytes: Int
  /// The sum of the rows' digests.
  public var digest: DigestSum

  /// Makes totals; those of no stripe without arguments.
  public init(rows: Int = 0, bytes: Int = 0, digest: DigestSum = .zero) {
    self.rows = rows
    self.bytes = bytes
    self.digest = digest
  }

  /// The totals that a manifest states for a table.
  public init(of table: Manifest.Table) {
    self.init(rows: table.rows, bytes: table.bytes, digest: table.digest)
  }

  /// Adds a stripe.
  public mutating func add(_ stripe: Stripe) {
    rows += stripe.rows
    bytes += stripe.bytes
    digest.add(stripe.digest)
  }

  /// Takes a stripe away that was added before.
  public mutating func subtract(_ stripe: Stripe) {
    rows -= stripe.rows
    bytes -= stripe.bytes
    digest = digest.subtracting(stripe.digest)
  }
}
