/// The record of what was applied to a database: schema `drydock` in that database.
public enum Ledger {
  /// The schema that holds the ledger; no patch may touch it.
  public static let schema = "drydock"
}
