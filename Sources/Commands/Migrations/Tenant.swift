internal import Postgres

/// One of many that get the same patches: a database, or a schema of one.
struct Tenant: Sendable {
  /// The database.
  let settings: ConnectionSettings
  /// The schema; nil for the whole database.
  var schema: String?

  /// What a person calls it.
  var name: String { schema.map { "\(settings) \($0)" } ?? "\(settings)" }
}
