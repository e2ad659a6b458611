/// What the server's WAL summaries say of a database since a horizon.
struct ChangeSummary: Sendable, Equatable {
  /// A relation's file.
  struct File: Sendable, Hashable {
    /// The oid of its tablespace.
    let tablespace: Int
    /// Its file node.
    let fileNode: Int
  }
}
