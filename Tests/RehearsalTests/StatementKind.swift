import TestSupport

/// One kind of statement that the observer and an independent witness both watch.
struct StatementKind: Sendable, CustomStringConvertible {
  /// Where a statement outside a transaction is held back, so that nobody can miss its locks.
  enum Gate: Sendable {
    /// It calls `public.gate` with this key.
    case key(Int)
    /// It waits for a transaction that reads this table.
    case reader(String)
  }

  let description: String
  /// What must be there besides the fixture's schema.
  var setup = ""
  let sql: String
  var gates: [Gate] = []
  /// The first version that has it.
  var since = TestServer.v15
  /// Locks of a moment that no witness can be sure to catch; event triggers write them down.
  var passing: Set<String> = []

  /// Whether it runs outside a transaction.
  var isBare: Bool { !gates.isEmpty }

  init(
    _ description: String,
    _ sql: String,
    setup: String = "",
    gates: [Gate] = [],
    since: TestServer = .v15,
    passing: Set<String> = []
  ) {
    self.description = description
    self.sql = sql
    self.setup = setup
    self.gates = gates
    self.since = since
    self.passing = passing
  }

  static func all(on server: TestServer) -> [StatementKind] {
    (columns + constraints + tables + indexes + partitions + programs + rows + sessions + bare)
      .filter { $0.since.rawValue <= server.rawValue }
  }
}
