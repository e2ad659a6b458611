internal import Postgres
internal import Snapshot

extension Manifest.Database {
  /// The statement that creates an empty database with this one's encoding and locale.
  ///
  /// - Parameters:
  ///   - name: Its name; this one's where nothing is said.
  ///   - owner: Its owner; whoever creates it where nothing is said.
  /// - Returns: The statement.
  func creation(as name: String? = nil, owner: String? = nil) -> String {
    let ownership = owner.map { " OWNER \(SQL.identifier($0))" } ?? ""
    var statement = """
      CREATE DATABASE \(SQL.identifier(name ?? self.name))\(ownership) TEMPLATE template0 \
      ENCODING \(SQL.literal(encoding)) LC_COLLATE \(SQL.literal(collate)) \
      LC_CTYPE \(SQL.literal(ctype))
      """
    if localeProvider == "i", let locale {
      statement += " LOCALE_PROVIDER icu ICU_LOCALE \(SQL.literal(locale))"
    } else if localeProvider == "b", let locale {
      statement += " LOCALE_PROVIDER builtin BUILTIN_LOCALE \(SQL.literal(locale))"
    }
    return statement
  }
}
