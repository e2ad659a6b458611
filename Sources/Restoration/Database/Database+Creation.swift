internal import Postgres
internal import Snapshot

extension Manifest.Database {
  /// The statement that creates an empty database with this one's encoding and locale.
  ///
  /// - Parameters:
  ///   - serverMajor: The major version of the server that creates it; 15 brought providers.
  ///   - name: Its name; this one's where nothing is said.
  ///   - owner: Its owner; whoever creates it where nothing is said.
  /// - Returns: The statement.
  func creation(on serverMajor: Int, as name: String? = nil, owner: String? = nil) -> String {
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
    } else if localeProvider == "c", serverMajor >= 15 {
      // Unsaid it would be the provider of template0, and texts would sort otherwise.
      statement += " LOCALE_PROVIDER libc"
    }
    return statement
  }
}
