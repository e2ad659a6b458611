import Postgres
import TestSupport

/// A database that a script made, with a backup of it, as a person has both before a rehearsal.
func withBackup(
  of setUp: String,
  on server: TestServer = .v15,
  _ body: (Drydock, ConnectionSettings) throws -> Void
) throws {
  try withDatabase(on: server) { database in
    let user = try Drydock(on: server)
    try Connection.open(database).execute(setUp)
    try user.backup(database)
    try body(user, database)
  }
}
