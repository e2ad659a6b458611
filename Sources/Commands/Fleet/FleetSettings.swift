/// Which databases make up the fleet, as one place gave it.
struct FleetSettings: Sendable, Equatable {
  /// Members with settings of their own, by the names of their profiles.
  var profiles: [String] = []
  /// Servers all of whose databases are members.
  var servers: [String] = []
  /// Patterns of databases on those servers that are none.
  var excluded: [String] = []
  /// How many are worked on at once; nil for the default.
  var concurrency: Int?

  /// How many are worked on at once where nothing is said.
  static let defaultConcurrency = 4
  /// How many may be: each has its own connections, and memory for its own backup.
  static let concurrencyLimit = 64
}
