import Files
import Postgres
import Processes
import TestSupport

/// A database with every kind of object that `pg_dump` knows, each in a shape that gets lost easily.
///
/// The files lie in `fixtures/odd`. What is not among them: security labels, for which neither build
/// has a provider (`SecurityLabelTests` has them), and ICU collations, which the build of 18 does not
/// know (musicbrainz has one).
enum OddObjects {
  private static let directory = "\(SharedInputs.packageRoot)/fixtures/odd"

  /// Makes the roles and the tablespace that the objects need, unless they are there.
  static func prepare(_ database: ConnectionSettings, on server: TestServer) throws {
    try Psql.run(file: "\(directory)/cluster.sql", on: database, server: server)
  }

  /// Fills an empty database.
  static func load(into database: ConnectionSettings, on server: TestServer) throws {
    try prepare(database, on: server)
    let files = ["types", "relations", "programs", "others"] + (server == .v18 ? ["eighteen"] : [])
    for file in files {
      try Psql.run(file: "\(directory)/\(file).sql", on: database, server: server)
    }
  }

  /// A database with a subscription cannot be dropped.
  static func dropSubscriptions(_ databases: ConnectionSettings...) throws {
    for database in databases {
      try Connection.open(database).execute("DROP SUBSCRIPTION odd_subscription")
    }
  }
}
