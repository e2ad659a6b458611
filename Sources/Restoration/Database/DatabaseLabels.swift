internal import Postgres

/// Security labels of a database, on the way to another one that takes its name.
///
/// A provider that is no longer loaded lets nobody give or take its labels (manual, `SECURITY LABEL`).
/// They stay where they are, on either database, and are no reason to keep a restore from happening.
struct DatabaseLabels {
  let wanted: Set<DatabaseProperties.Label>
  let there: Set<DatabaseProperties.Label>
  /// The providers that are not loaded.
  private(set) var unloaded: Set<String> = []
  /// What stays away for that, and why.
  private(set) var omissions: [String] = []

  init(wanted: Set<DatabaseProperties.Label>, there: Set<DatabaseProperties.Label>) {
    self.wanted = wanted
    self.there = there
  }

  /// Gives and takes them inside the caller's transaction; `database` is quoted.
  mutating func give(to database: String, _ connection: Connection) throws {
    for provider in Set(wanted.union(there).map(\.provider)).sorted() {
      let label = wanted.first { $0.provider == provider }
      guard label != there.first(where: { $0.provider == provider }) else { continue }
      let text = label.map { SQL.literal($0.text) } ?? "NULL"
      let refusal = try connection.attempt(
        "SECURITY LABEL FOR \(SQL.identifier(provider)) ON DATABASE \(database) IS \(text)"
      ) { $0.sqlState == "22023" }
      guard let refusal else { continue }
      unloaded.insert(provider)
      if label != nil { omissions.append("security label on the database: \(refusal.message)") }
    }
  }

  /// What a database should have, as far as that could be given to it.
  func expected(of found: Set<DatabaseProperties.Label>) -> Set<DatabaseProperties.Label> {
    wanted.filter { !unloaded.contains($0.provider) }
      .union(found.filter { unloaded.contains($0.provider) })
  }
}
