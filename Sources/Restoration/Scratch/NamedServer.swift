internal import Postgres
internal import Problems
internal import Snapshot

/// A server that a person names for rehearsals, and the right to be the only one there.
struct NamedServer {
  /// The database from which all is done; every server has it.
  static let home = "postgres"
  /// The letters of "scratch" as a number: the key of the lock in that database.
  private static let key = 0x73_6372_6174_6368

  let connection: Connection
  let facts: NamedServerFacts
  var register: ScratchRegister { ScratchRegister(connection: connection) }

  /// The server for people, without whoever connects.
  var place: String {
    let known = connection.effectiveSettings.keywords
    return "\(known["host"] ?? known["hostaddr"] ?? "local socket"):\(known["port"] ?? "5432")"
  }

  /// Looks at the server, and takes the right to be alone on it.
  ///
  /// - Parameters:
  ///   - address: The server; which database it names does not matter.
  ///   - manifest: The snapshot that is to be rehearsed on.
  /// - Returns: The server, for as long as the session lives.
  /// - Throws: A `Problem` of kind `refused` or `busy`; nothing was changed then.
  static func enter(_ address: ConnectionSettings, for manifest: Manifest) throws -> NamedServer {
    let connection = try connect(address)
    let facts = try NamedServerFacts.read(connection)
    try facts.requireFit(for: manifest)
    try connection.freeFromTimeLimits()
    try connection.execute("SET default_transaction_read_only = off")
    let isAlone = try connection.query(
      "SELECT pg_catalog.pg_try_advisory_lock($1)",
      [Parameter(key)]
    ).bool
    guard isAlone else { throw busy }
    return NamedServer(connection: connection, facts: facts)
  }

  /// Connects to the database that every server has.
  static func connect(_ address: ConnectionSettings) throws -> Connection {
    let hosts = [address.keywords["host"], address.keywords["hostaddr"]]
    guard !hosts.contains(where: { $0?.contains(",") == true }) else {
      throw Problem(
        .usage,
        code: "scratch.several-hosts",
        "the scratch server is named by several hosts",
        hint: "Name one: every session of a rehearsal must lead to the same server."
      )
    }
    return try Connection.opening(
      address.database(home).with("application_name", "drydock scratch")
    )
  }

  /// Refuses names that are taken; what a killed rehearsal left must be gone by now.
  func requireFree(_ manifest: Manifest, roles: [String], tablespaces: [String]) throws {
    let database = manifest.database.name
    guard try taken("pg_database", "datname", [database]).isEmpty else {
      throw NamedServerFacts.refusal(
        "scratch.database-exists",
        "the scratch server has a database \(database) already, and it is not a rehearsal's",
        "A rehearsal needs production's name. Rename or drop that database, or name another server."
      )
    }
    let known = try taken("pg_roles", "rolname", roles)
    guard known.isEmpty else { throw rolesExist(known) }
    let spaces = try taken("pg_tablespace", "spcname", tablespaces)
    guard spaces.isEmpty else {
      throw NamedServerFacts.refusal(
        "scratch.tablespace-exists",
        "the scratch server has a tablespace \(spaces.joined(separator: ", ")) already",
        "A rehearsal makes production's tablespaces for itself. Rename it there, or name another"
          + " server."
      )
    }
  }

  private func rolesExist(_ names: [String]) -> Problem {
    var problem = NamedServerFacts.refusal(
      "scratch.role-exists",
      "roles of production exist on the scratch server already, and are not a rehearsal's",
      "Patches must not run as a role that others use. Rename or drop them there, or name another"
        + " server."
    )
    problem.facts = names.map { Problem.Fact("role", $0) }
    if names.contains(facts.role) {
      problem.hint =
        "The role that you connect as bears the name of one of production's. Make the server with"
        + " another superuser: initdb --username=drydock, or POSTGRES_USER=drydock for a container."
    }
    return problem
  }

  private func taken(_ catalog: String, _ column: String, _ names: [String]) throws -> [String] {
    guard !names.isEmpty else { return [] }
    let list = names.map { SQL.literal($0) }.joined(separator: ", ")
    return try connection.execute(
      "SELECT \(column) FROM pg_catalog.\(catalog) WHERE \(column) IN (\(list)) ORDER BY 1"
    ).map { $0.string(column) }
  }

  private static let busy = Problem(
    .busy,
    code: "scratch.busy",
    "another rehearsal works on the scratch server",
    reason: "there is room for one: it needs production's database name and roles",
    hint: "Try again when it has ended, or give each job a server of its own.",
    isRetryable: true
  )
}
