internal import Postgres
internal import Problems

/// Whether the server's lock table holds the locks of one large transaction.
///
/// It has room for `max_locks_per_transaction` times the number of sessions and prepared
/// transactions (manual, 20.12). A table costs about five: the live one, and the new one with its
/// TOAST table, that one's index and its primary key.
public struct LockBudget: Sendable, Equatable {
  /// Locks that the swap will hold.
  public var needed: Int
  /// Locks that other sessions hold now.
  public var used: Int
  /// `max_locks_per_transaction`.
  public var perTransaction: Int
  /// Sessions and prepared transactions at most.
  public var transactions: Int

  /// How many locks fit.
  public var capacity: Int { perTransaction * transactions }
  /// The figure for `max_locks_per_transaction` that would do, with a tenth to spare.
  public var advised: Int { ((needed + used) * 11 / 10 + transactions - 1) / max(1, transactions) }
  /// Whether they fit.
  public var isEnough: Bool { needed + used <= capacity }

  static func read(needed: Int, _ connection: Connection) throws -> LockBudget {
    let row = try connection.execute(
      """
      SELECT pg_catalog.current_setting('max_locks_per_transaction') AS locks,
        pg_catalog.current_setting('max_connections')::int
          + pg_catalog.current_setting('max_prepared_transactions')::int AS transactions,
        (SELECT count(*) FROM pg_catalog.pg_locks WHERE NOT fastpath) AS used
      """
    )[0]
    return LockBudget(
      needed: needed,
      used: row.int("used"),
      perTransaction: row.int("locks"),
      transactions: row.int("transactions")
    )
  }

  func requireEnough(_ schema: String) throws {
    guard !isEnough else { return }
    throw Problem(
      .refused,
      code: "restore.lock-budget",
      "schema \(schema) has too many objects for one transaction on this server;"
        + " nothing was changed",
      reason: "about \(needed) locks are needed and \(used) are held;"
        + " the lock table has room for \(capacity)",
      hint: "Set max_locks_per_transaction = \(advised) (it is \(perTransaction); needs a restart)"
        + " and make a new plan."
    )
  }
}
