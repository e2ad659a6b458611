/// The schemas in which nothing is the user's: the standard's views, the ledger, and what backup and
/// restore work with.
public enum OwnSchemas {
  /// Their names as a list of SQL literals.
  public static let literals = "'information_schema', 'drydock', 'drydock_pages', 'drydock_witness'"
}
