internal import FoundationEssentials
internal import Postgres
internal import Threads

/// What watches in a scratch: event triggers that write down what they see, and a superuser's eye.
///
/// Production never has any of it. It lies in a schema whose name begins with `pg_`, so that a patch
/// that goes through all schemas passes it by, and it belongs to the scratch's administrator: no
/// role of production can change, disable or drop it. See decision 0027.
final class ScratchWatch {
  /// Which relations a look describes.
  enum Scope: String {
    case none
    case locked
    case all
  }

  /// How the administrator connects.
  let settings: ConnectionSettings
  private let eye: Connection
  private var notesLocks = false

  /// Installs it in a database.
  ///
  /// - Parameter settings: how its administrator connects, a superuser.
  /// - Throws: what the server says.
  init(installingIn settings: ConnectionSettings) throws {
    self.settings = settings
    eye = try Connection.open(settings)
    try eye.execute(Self.session)
    try eye.execute(Self.schema)
  }

  /// What the eye's session needs, whatever the database's own settings are.
  static let session = """
    SET search_path = pg_catalog; SET statement_timeout = 0; SET lock_timeout = 0;
    SET default_transaction_read_only = off; SET default_transaction_isolation = 'read committed';
    SET client_min_messages = warning
    """

  /// Looks from inside a patch's transaction, whose work nobody else sees yet.
  ///
  /// - Parameters:
  ///   - connection: the patch's.
  ///   - record: the last record that was read before.
  ///   - scope: which relations to describe.
  ///   - ignored: relations that nobody asks about any more: a patch that makes thousands of tables
  ///     holds locks on all of them to its end.
  /// - Returns: what is to be seen.
  /// - Throws: what the server says.
  func look(
    inside connection: Connection,
    after record: Int,
    _ scope: Scope,
    ignoring ignored: [Int] = []
  ) throws -> Look {
    try Self.look(connection, after: record, scope, isInside: true, ignored)
  }

  /// Looks from outside, where no transaction is open.
  ///
  /// The patch's session is told to say what it counted, which it may keep for up to a second
  /// (manual, 28.2.2).
  func look(beside connection: Connection, after record: Int, _ scope: Scope) throws -> Look {
    try connection.execute("SELECT pg_catalog.pg_stat_force_next_flush()")
    var look = try Self.look(eye, after: record, scope, isInside: false, [])
    // What counts is the patch's own session; the administrator's is deaf to a snapshot's triggers.
    look.isBlind = try connection.execute(
      "SELECT coalesce(pg_catalog.current_setting('event_triggers', true), 'on') = 'off'"
    ).bool
    return look
  }

  /// Where the write-ahead log stands, for a session that has looked before and only counts on.
  func position(on connection: Connection) throws -> Int {
    try connection.execute("SELECT pg_drydock.position()").int ?? 0
  }

  /// Lets the event triggers write down locks too, where the end of a statement shows none.
  func noteLocks(_ isOn: Bool) throws {
    guard isOn != notesLocks else { return }
    try eye.query("UPDATE pg_drydock.state SET notes_locks = $1", [.text(isOn ? "t" : "f")])
    notesLocks = isOn
  }

  /// Bytes of temporary files that the database's sessions have written until now.
  func temporaryBytes() throws -> Int {
    try eye.execute(
      "SELECT temp_bytes FROM pg_stat_database WHERE datname = pg_catalog.current_database()"
    ).int ?? 0
  }

  /// Waits until a session is gone, and its counts with it are in the server's.
  ///
  /// - Returns: whether it went within five seconds.
  func waitForEnd(of pid: Int) throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(5)
    let query = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1"
    while try eye.query(query, [Parameter(pid)]).int != 0 {
      guard ContinuousClock.now < deadline else { return false }
      Pause.blocking(.milliseconds(2))
    }
    return true
  }

  private static func look(
    _ connection: Connection,
    after record: Int,
    _ scope: Scope,
    isInside: Bool,
    _ ignored: [Int]
  ) throws -> Look {
    let text = try connection.query(
      "SELECT pg_drydock.look($1, $2, $3, $4)",
      [
        Parameter(record), .text(scope.rawValue), .text(isInside ? "t" : "f"),
        .text("{\(ignored.map(String.init).joined(separator: ","))}"),
      ]
    ).value
    return try JSONDecoder().decode(Look.self, from: Data((text ?? "").utf8))
  }
}
