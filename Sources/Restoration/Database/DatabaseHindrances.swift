internal import Postgres
internal import Problems

/// What follows a database by its identity and cannot come along to another one of the same name.
struct DatabaseHindrances: Sendable, Equatable {
  let preparedTransactions: [String]
  let slots: [PlannedSlot]
  let subscriptions: [PlannedSubscription]

  /// Reads those of a database, from a session in any database.
  static func read(_ oid: Int, _ connection: Connection) throws -> DatabaseHindrances {
    DatabaseHindrances(
      preparedTransactions: try connection.query(
        """
        SELECT p.gid FROM pg_catalog.pg_prepared_xacts p
        JOIN pg_catalog.pg_database d ON d.datname = p.database WHERE d.oid = $1 ORDER BY 1
        """,
        [Parameter(oid)]
      ).map { $0.string("gid") },
      slots: try connection.query(
        """
        SELECT slot_name, active FROM pg_catalog.pg_replication_slots
        WHERE datoid = $1 ORDER BY slot_name
        """,
        [Parameter(oid)]
      ).map { PlannedSlot(name: $0.string("slot_name"), isActive: $0.bool("active")) },
      subscriptions: try connection.query(
        "SELECT subname, subenabled FROM pg_catalog.pg_subscription WHERE subdbid = $1 ORDER BY 1",
        [Parameter(oid)]
      ).map {
        PlannedSubscription(name: $0.string("subname"), isEnabled: $0.bool("subenabled"))
      }
    )
  }

  /// Refuses a database that is to give up its name.
  func requireNone(of database: String) throws {
    let found =
      preparedTransactions.map { Problem.Fact("prepared transaction", $0) }
      + slots.map { Problem.Fact("logical slot", "\($0.name)\($0.isActive ? "" : ", inactive")") }
      + subscriptions.filter(\.isEnabled).map { Problem.Fact("enabled subscription", $0.name) }
    guard !found.isEmpty else { return }
    throw Problem(
      .refused,
      code: "restore.database-bound",
      "database \(database) cannot give up its name; nothing was changed",
      reason: "these belong to the database itself and would stay with the old copy",
      facts: found,
      hint: "Commit or roll back prepared transactions, drop slots once their consumers have caught"
        + " up (the consumer must copy anew), disable subscriptions; then make a new plan."
    )
  }

  /// Refuses a copy that is to be dropped; the server would drop an inactive slot in silence.
  ///
  /// `next` is what a person does once they are ended.
  func requireDroppable(_ copy: String, _ next: String) throws {
    let found =
      preparedTransactions.map { Problem.Fact("prepared transaction", $0) }
      + slots.map { Problem.Fact("logical slot", "\($0.name)\($0.isActive ? "" : ", inactive")") }
      + subscriptions.map { Problem.Fact("subscription", $0.name) }
    guard !found.isEmpty else { return }
    throw Problem(
      .refused,
      code: "restore.slots",
      "the copy \(copy) cannot be dropped; nothing was dropped",
      reason: "a slot's consumer may still have to read its changes, and the others hold on to it",
      facts: found,
      hint: "End them in \(copy) (a subscription with slot_name = NONE first), then \(next)."
    )
  }
}
