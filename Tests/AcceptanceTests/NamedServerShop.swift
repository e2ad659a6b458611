import Postgres
import TestSupport

/// A shop in production with a migrator of its own, a snapshot of it, and a server for rehearsals.
struct NamedServerShop {
  let user: Drydock
  /// Production, as its superuser.
  let database: ConnectionSettings
  let server: RehearsalServer
  let role: String
  /// What only looks like a rehearsal's.
  let before: [String]

  var migrator: ConnectionSettings { database.with("user", role) }
  var name: String { database.keywords["dbname"] ?? "" }

  init(
    _ database: ConnectionSettings,
    on version: TestServer,
    _ server: RehearsalServer,
    _ more: String = ""
  ) throws {
    (self.database, self.server) = (database, server)
    user = try Drydock(on: version)
    role = "migrator_" + String(UInt32.random(in: .min ... .max), radix: 36)
    let quoted = SQL.identifier(database.keywords["dbname"] ?? "")
    try Connection.open(database).execute(
      """
      CREATE ROLE \(role) LOGIN CREATEROLE; ALTER DATABASE \(quoted) OWNER TO \(role);
      GRANT pg_signal_backend, pg_read_server_files TO \(role);
      SET ROLE \(role); CREATE TABLE item (id int PRIMARY KEY, kind text);
      INSERT INTO item SELECT i, 'a' FROM generate_series(1, 100) i; RESET ROLE;
      \(more)
      """
    )
    try user.backup(database)
    before = try server.inventory()
  }

  func run(_ command: String, _ more: [String] = []) throws -> Run {
    try user.run(words(command) + more)
  }

  /// Rehearses on another server, or as another role, with a password that nobody may see.
  func rehearse(on address: ConnectionSettings, password: String = "never-shown") throws -> Run {
    try user.run(
      ["rehearse", "--database", migrator.argument],
      ["DRYDOCK_SCRATCH_SERVER": "\(address.argument) password=\(password)"],
      secrets: [password]
    )
  }

  func words(_ command: String) -> [String] {
    [
      command, "--database", migrator.argument, "--scratch-server", server.address().argument,
    ]
  }

  /// Removes what production's server keeps for all databases.
  func tidy() throws {
    let maintenance = try Connection.open(database.database("postgres"))
    try maintenance.execute("DROP DATABASE \(SQL.identifier(name)) WITH (FORCE)")
    try maintenance.execute("DROP OWNED BY \(role); DROP ROLE \(role)")
  }
}
