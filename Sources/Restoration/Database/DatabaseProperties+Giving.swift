internal import Postgres
internal import Problems

extension DatabaseProperties {
  /// Makes a database such a one, inside the caller's transaction, and looks whether it is.
  ///
  /// Returns the labels that cannot be given, since their providers are not loaded.
  @discardableResult
  func give(to name: String, _ oid: Int, _ connection: Connection) throws -> [String] {
    let there = try Self.read(oid, connection)
    let database = SQL.identifier(name)
    var statements: [String] = []
    if there.owner != owner {
      statements.append("ALTER DATABASE \(database) OWNER TO \(SQL.identifier(owner))")
    }
    if there.connectionLimit != connectionLimit {
      statements.append("ALTER DATABASE \(database) CONNECTION LIMIT \(connectionLimit)")
    }
    if there.isTemplate != isTemplate {
      statements.append("ALTER DATABASE \(database) IS_TEMPLATE \(isTemplate)")
    }
    for statement in statements { try connection.execute(statement) }
    try giveGrants(database, oid, connection)
    if there.settings != settings { try giveSettings(database, there.settings, connection) }
    var labelling = DatabaseLabels(wanted: labels, there: there.labels)
    try labelling.give(to: database, connection)
    let found = try Self.read(oid, connection)
    var expected = self
    expected.labels = labelling.expected(of: found.labels)
    try expected.requireEqual(found, name)
    return labelling.omissions
  }

  /// Takes everybody's rights but the owner's: a set-aside copy is not for use.
  static func close(_ name: String, _ oid: Int, _ connection: Connection) throws {
    let there = try read(oid, connection)
    let database = SQL.identifier(name)
    if there.isTemplate { try connection.execute("ALTER DATABASE \(database) IS_TEMPLATE false") }
    for grantee in grantees(there.grants) where grantee != there.owner {
      try revoke(database, grantee, connection)
    }
  }

  private func giveGrants(_ database: String, _ oid: Int, _ connection: Connection) throws {
    // After the change of owner, which changes grantors too.
    let there = try Self.read(oid, connection).grants
    guard there != grants else { return }
    for grantee in Self.grantees(there) { try Self.revoke(database, grantee, connection) }
    try give(grants.filter { $0.grantor == owner }, database, connection)
    // A right that somebody passed on needs the option that was given before, hence the rounds.
    var left = grants.filter { $0.grantor != owner }
    while let next = left.first(where: { grant in !left.contains { $0.grantee == grant.grantor } })
    {
      let now = left.filter { $0.grantor == next.grantor }
      try connection.execute("SET LOCAL ROLE \(SQL.identifier(next.grantor))")
      try give(now, database, connection)
      try connection.execute("RESET ROLE")
      left.subtract(now)
    }
  }

  private func give(_ grants: Set<Grant>, _ database: String, _ connection: Connection) throws {
    let order = grants.sorted {
      ($0.grantee ?? "", $0.privilege) < ($1.grantee ?? "", $1.privilege)
    }
    for grant in order {
      try connection.execute(
        "GRANT \(grant.privilege) ON DATABASE \(database) TO \(Self.role(grant.grantee))"
          + (grant.isGrantable ? " WITH GRANT OPTION" : "")
      )
    }
  }

  private func giveSettings(_ database: String, _ there: Set<Setting>, _ connection: Connection)
    throws
  {
    func subject(_ role: String?) -> String {
      role.map { "ROLE \(SQL.identifier($0)) IN DATABASE \(database)" } ?? "DATABASE \(database)"
    }
    for role in Set(there.map(\.role)).sorted(by: { ($0 ?? "") < ($1 ?? "") }) {
      try connection.execute("ALTER \(subject(role)) RESET ALL")
    }
    let order = settings.sorted { ($0.role ?? "", $0.name) < ($1.role ?? "", $1.name) }
    for setting in order {
      try connection.execute(
        "ALTER \(subject(setting.role)) SET \(SQL.identifier(setting.name)) TO"
          + " \(SettingValue.sql(setting.value, of: setting.name))"
      )
    }
  }

  private func requireEqual(_ there: DatabaseProperties, _ name: String) throws {
    guard there != self else { return }
    let different = [
      ("owner", there.owner == owner),
      ("connection limit", there.connectionLimit == connectionLimit),
      ("template", there.isTemplate == isTemplate), ("rights", there.grants == grants),
      ("settings", there.settings == settings), ("labels", there.labels == labels),
    ].filter { !$0.1 }.map(\.0)
    throw Problem(
      .refused,
      code: "restore.database-properties",
      "what hangs on the database cannot be given to the new copy \(name); nothing was changed",
      facts: different.map { Problem.Fact("differs", $0) },
      hint: "Run the command as a superuser, or as the role that gave these rights."
    )
  }

  private static func grantees(_ grants: Set<Grant>) -> [String?] {
    Set(grants.map(\.grantee)).sorted { ($0 ?? "") < ($1 ?? "") }
  }

  private static func revoke(_ database: String, _ grantee: String?, _ connection: Connection)
    throws
  {
    try connection.execute("REVOKE ALL ON DATABASE \(database) FROM \(role(grantee)) CASCADE")
  }

  private static func role(_ name: String?) -> String {
    name.map { SQL.identifier($0) } ?? "PUBLIC"
  }
}
