internal import Cryptography
internal import Bytes
internal import Postgres
internal import Problems

/// What rehearsals have made on a server that a person named: the only things that are ever removed.
///
/// It lies in database `postgres`, where no patch of a rehearsal has a right. A database or a tablespace
/// is written down before it is made, under a name that nobody else hits upon, and gets production's
/// name in the transaction that notes its oid; roles are made in the transaction that notes them. So
/// a run that is killed leaves nothing that is not written down, and what only looks like it is known by
/// its oid.
struct ScratchRegister {
  /// What can be made for all databases of a server.
  enum Kind: String {
    case database
    case tablespace
    case role
  }

  static let schema = "drydock_scratch"

  let connection: Connection

  /// Makes the register where there is none.
  ///
  /// - Throws: A `Problem` of kind `refused` where somebody else could have written into it.
  func open() throws {
    let found = try connection.execute(Self.look)[0]
    if found.bool("exists") {
      guard found.bool("trusted") else { throw Self.foreign }
      return
    }
    try connection.transaction { _ = try connection.execute(Self.creation) }
  }

  /// Makes a database, first under a name of its own.
  func makeDatabase(_ name: String, owner: String, _ creation: (String) -> String) throws {
    let interim = try intend(.database)
    try connection.execute(creation(interim))
    try connection.transaction {
      try connection.execute("ALTER DATABASE \(interim) RENAME TO \(SQL.identifier(name))")
      try connection.execute(
        "ALTER DATABASE \(SQL.identifier(name)) OWNER TO \(SQL.identifier(owner))"
      )
      try settle(interim, as: name, "pg_catalog.pg_database WHERE datname = $2::text")
    }
  }

  /// Makes a tablespace in place (manual, 20.17 "allow_in_place_tablespaces"), which everybody may use.
  func makeTablespace(_ name: String) throws {
    let interim = try intend(.tablespace)
    try connection.execute("SET allow_in_place_tablespaces = on")
    try connection.execute("CREATE TABLESPACE \(interim) LOCATION ''")
    try connection.transaction {
      let quoted = SQL.identifier(name)
      try connection.execute("ALTER TABLESPACE \(interim) RENAME TO \(quoted)")
      try connection.execute("GRANT CREATE ON TABLESPACE \(quoted) TO PUBLIC")
      try settle(interim, as: name, "pg_catalog.pg_tablespace WHERE spcname = $2::text")
    }
  }

  /// Makes roles that can do nothing yet.
  func makeRoles(_ names: [String]) throws {
    try connection.transaction {
      for name in names {
        try connection.execute("CREATE ROLE \(SQL.identifier(name)) NOLOGIN")
        try connection.query(
          """
          INSERT INTO drydock_scratch.made (kind, name, oid)
          SELECT 'role', rolname, oid FROM pg_catalog.pg_roles WHERE rolname = $1
          """,
          [.text(name)]
        )
      }
    }
  }

  /// Removes everything that is written down, and the register itself.
  func removeAll() throws {
    for database in try names(.database) { try remove(database: database) }
    for tablespace in try names(.tablespace) {
      try connection.execute("DROP TABLESPACE \(SQL.identifier(tablespace))")
    }
    let roles = try names(.role).map { SQL.identifier($0) }.joined(separator: ", ")
    try connection.transaction {
      if !roles.isEmpty {
        // Rights that a patch gave them on what belongs to all databases would keep them alive.
        try connection.execute("DROP OWNED BY \(roles)")
        try connection.execute("DROP ROLE \(roles)")
      }
      try connection.execute("DROP TABLE drydock_scratch.made; DROP SCHEMA drydock_scratch")
    }
  }

  /// The names of what is there and is ours.
  private func names(_ kind: Kind) throws -> [String] {
    let (catalog, name) =
      switch kind {
      case .database: ("pg_database", "datname")
      case .tablespace: ("pg_tablespace", "spcname")
      case .role: ("pg_roles", "rolname")
      }
    return try connection.query(
      """
      SELECT m.name FROM drydock_scratch.made m
      JOIN pg_catalog.\(catalog) o ON o.\(name) = m.name AND (m.oid IS NULL OR m.oid = o.oid)
      WHERE m.kind = $1 ORDER BY m.id DESC
      """,
      [.text(kind.rawValue)]
    ).map { $0.string("name") }
  }

  private func remove(database: String) throws {
    let prepared = try connection.query(
      "SELECT gid FROM pg_catalog.pg_prepared_xacts WHERE database = $1",
      [.text(database)]
    ).map { $0.string("gid") }
    if !prepared.isEmpty {
      let inside = try Connection.open(connection.settings.database(database))
      for name in prepared { try inside.execute("ROLLBACK PREPARED \(SQL.literal(name))") }
    }
    try connection.execute("DROP DATABASE \(SQL.identifier(database)) WITH (FORCE)")
  }

  /// Writes down what is about to be made; returns its name, which needs no quotes.
  private func intend(_ kind: Kind) throws -> String {
    let name = "drydock_scratch_" + Hex.text(try Randomness.bytes(12))
    try connection.query(
      "INSERT INTO drydock_scratch.made (kind, name) VALUES ($1, $2)",
      [.text(kind.rawValue), .text(name)]
    )
    return name
  }

  private func settle(_ interim: String, as name: String, _ place: String) throws {
    try connection.query(
      "UPDATE drydock_scratch.made SET name = $2::text, oid = (SELECT oid FROM \(place)) WHERE name = $1",
      [.text(interim), .text(name)]
    )
  }

  private static let creation = """
    CREATE SCHEMA drydock_scratch;
    COMMENT ON SCHEMA drydock_scratch IS
      'what a rehearsal of drydock has made on this server, for as long as it runs';
    CREATE TABLE drydock_scratch.made (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      kind text NOT NULL, name text NOT NULL, oid oid)
    """

  /// Nobody but a superuser may have written into it: it says what is dropped.
  private static let look = """
    SELECT pg_catalog.count(*) > 0 AS exists, coalesce(pg_catalog.bool_and(
      (SELECT rolsuper FROM pg_catalog.pg_roles WHERE oid = n.nspowner) AND n.nspacl IS NULL
      AND EXISTS (SELECT FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_roles r ON r.oid = c.relowner
        WHERE c.relnamespace = n.oid AND c.relname = 'made' AND c.relkind = 'r'
          AND r.rolsuper AND c.relacl IS NULL)), false) AS trusted
    FROM pg_catalog.pg_namespace n WHERE n.nspname = 'drydock_scratch'
    """

  private static let foreign = NamedServerFacts.refusal(
    "scratch.foreign-register",
    "schema drydock_scratch in database postgres of the scratch server is not one of Drydock's",
    "Look at it, and drop or rename it: it would say what rehearsals may drop."
  )
}
