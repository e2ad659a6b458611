internal import Bytes
internal import Catalog
internal import Postgres
internal import Problems

/// Finds out who the members of the fleet are.
struct FleetRoster {
  let options: SharedOptions
  let context: Context
  let settings: FleetSettings

  /// The fleet of the configuration in use.
  init(_ options: SharedOptions, in context: Context) throws {
    guard let settings = context.configuration.fleet else {
      throw Problem(
        .usage,
        code: "usage.no-fleet",
        "No fleet is configured",
        hint: "Write 'fleet: {profiles: [shop, billing]}' or 'fleet: {servers: [service=main]}' "
          + "into drydock.yaml; docs/fleet.md has an example."
      )
    }
    self.options = options
    self.context = context
    self.settings = settings
  }

  /// The members in the order of the configuration, those of one server by name.
  ///
  /// A server that cannot be asked is a member that failed: its databases are not missing in silence.
  func members(_ unit: FleetUnit, only patterns: [String]) async throws -> [FleetMember] {
    let all: [FleetMember]
    switch unit {
    case .database: all = try profiles() + (await found())
    case .repository: all = try repositories()
    }
    let repeated = Self.repeated(among: all.map(\.name))
    guard repeated.isEmpty else {
      throw Self.wrong(
        "Two members of the fleet have the same name",
        facts: repeated,
        hint: "Leave one out with 'except:', or name the server by another service."
      )
    }
    guard !all.isEmpty else {
      throw Self.wrong(
        "The fleet has no member",
        hint: "Its servers have no database that 'except:' leaves."
      )
    }
    try Self.refuse(idle: patterns, among: all)
    return all.filter { member in
      guard !patterns.isEmpty, case .success = member.configuration else { return true }
      return patterns.contains { TablePattern.fits($0, member.name) }
    }
  }

  /// The names that are there more than once, in their order.
  static func repeated(among names: [String]) -> [String] {
    Dictionary(grouping: names.map(ExactText.init)) { $0 }.filter { $0.value.count > 1 }
      .keys.sorted().map(\.text)
  }

  /// A name that fits nothing is mistyped, and what it means would be left out in silence.
  ///
  /// Unless a server cannot be asked, which may have it.
  private static func refuse(idle patterns: [String], among all: [FleetMember]) throws {
    let isWhole = all.allSatisfy { if case .success = $0.configuration { true } else { false } }
    let idle = patterns.first { pattern in
      !all.contains { TablePattern.fits(pattern, $0.name) }
    }
    guard isWhole, let idle else { return }
    throw wrong("No member of the fleet is called \(idle)", facts: all.map(\.name))
  }

  /// Those that have a profile.
  private func profiles() throws -> [FleetMember] {
    try settings.profiles.map { name in
      FleetMember(name: name, configuration: .success(try configuration(of: name)))
    }
  }

  /// What the databases of those are called whose snapshots go where the configuration's go.
  ///
  /// Where a repository is given on the command line, it is looked at in the place of that one. A
  /// profile that leaves the name to a service is not among them, since only libpq reads that.
  func databasesOfProfiles() throws -> [String] {
    var written = options
    written.repository = nil
    let shared = try Configuration.load(written, in: context.world).repository
    return try settings.profiles.compactMap { name -> String? in
      let member = try read(name, by: written)
      return member.repository == shared ? member.database?.keywords["dbname"] : nil
    }
  }

  private func configuration(of profile: String) throws -> Configuration {
    try read(profile, by: options)
  }

  private func read(_ profile: String, by options: SharedOptions) throws -> Configuration {
    var options = options
    options.profile = profile
    var configuration = try Configuration.load(options, in: context.world)
    // A database of the environment would be the same for every member.
    configuration.database = configuration.databaseOfChosenProfile
    guard configuration.database != nil else {
      throw Self.wrong(
        "The profile \(profile) is in the fleet and has no database",
        hint: "Write 'database:' into it."
      )
    }
    return configuration
  }

  /// The databases of all servers, which are asked at the same time.
  private func found() async throws -> [FleetMember] {
    let servers = try settings.servers.map { try ConnectionSettings.server($0, .file) }
    let asked = await withTaskGroup(of: (Int, [FleetMember]).self) { group in
      for (place, server) in servers.enumerated() {
        group.addTask { (place, await databases(of: server)) }
      }
      var found: [Int: [FleetMember]] = [:]
      for await (place, members) in group { found[place] = members }
      return found
    }
    return servers.indices.flatMap { asked[$0] ?? [] }
  }

  private func databases(of server: ConnectionSettings) async -> [FleetMember] {
    let label = Self.label(of: server)
    let isPlain = settings.profiles.isEmpty && settings.servers.count == 1
    do {
      // libpq would take the user's name for the database's.
      let asked = server.keywords["dbname"] == nil ? server.database("postgres") : server
      let found = try await Lane("drydock.fleet").run {
        let connection = try Connection.openingForOwnQueries(asked)
        do throws(PostgresError) {
          return try ServerDatabases.read(connection)
        } catch {
          throw error.problem("cannot list the databases of \(asked)")
        }
      }
      return found.names.filter { name in
        !settings.excluded.contains { TablePattern.fits($0, name) }
      }.map { name in
        var configuration = context.configuration
        configuration.database = server.database(name)
        configuration.databaseOfChosenProfile = nil
        return FleetMember(
          name: isPlain ? name : "\(label)/\(name)",
          configuration: .success(configuration),
          systemIdentifier: found.systemIdentifier
        )
      }
    } catch {
      return [FleetMember(name: label, configuration: .failure(Problem(ending: error)))]
    }
  }

  /// What people call a server: its service, or its host.
  private static func label(of server: ConnectionSettings) -> String {
    if let service = server.keywords["service"] { return service }
    let host = server.keywords["host"] ?? server.keywords["hostaddr"] ?? "local"
    return server.keywords["port"].map { "\(host):\($0)" } ?? host
  }

  /// Each repository once, with what the members that share it say alike.
  private func repositories() throws -> [FleetMember] {
    var all = try settings.profiles.map(configuration)
    if !settings.servers.isEmpty { all.append(context.configuration) }
    var found: [(address: String, configuration: Configuration)] = []
    for configuration in all {
      guard let address = configuration.repository else {
        throw Self.wrong(
          "A member of the fleet names no repository",
          facts: [configuration.profile ?? "(no profile)"],
          hint: "Write 'repository:' into its profile, or at the top for all."
        )
      }
      guard let known = found.first(where: { $0.address == address }) else {
        found.append((address, configuration))
        continue
      }
      guard known.configuration.keep == configuration.keep else {
        throw Self.wrong(
          "Members of the fleet share \(address) and say differently what it keeps",
          facts: [known.configuration, configuration].map { $0.profile ?? "(no profile)" },
          hint: "One policy holds for all snapshots of a repository: write 'keep:' once."
        )
      }
    }
    return found.map { FleetMember(name: $0.address, configuration: .success($0.configuration)) }
  }

  private static func wrong(
    _ summary: String,
    facts members: [String] = [],
    hint: String? = nil
  ) -> Problem {
    Problem(
      .usage,
      code: "usage.fleet",
      summary,
      facts: members.prefix(20).map { .init("member", $0) },
      hint: hint
    )
  }
}
