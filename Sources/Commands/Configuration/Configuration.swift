internal import Arguments
internal import Bytes
public import Postgres
internal import Problems
internal import Rehearsal
internal import Snapshot

/// What is configured for this call: flags before environment before files before defaults.
public struct Configuration: Sendable, Equatable {
  /// Where the snapshots are.
  public var repository: String?
  /// The default database, which commands that destroy or migrate do not use.
  public var database: ConnectionSettings?
  /// The database of the profile that was chosen with `--profile` on the command line.
  public var databaseOfChosenProfile: ConnectionSettings?
  /// The directory of the patches.
  public var patches: String?
  /// What people call the environment: `production`.
  public var label: String?
  /// Whether the database is protected, so that commands which change it ask more.
  public var isProtected = false
  /// Whether a trusted file says `protected: false`, which lets a database labelled so be replaced.
  public var allowsProtected = false
  /// The number of connections that work at once.
  public var jobs: Int?
  /// How snapshots are read and stored.
  var backup = BackupSettings()
  /// Which snapshots `forget` keeps; nil where nothing says.
  var keep: RetentionPolicy?
  /// The file of the gate's policy.
  public var policy: String?
  /// Bytes that restored snapshots may take on this machine's disk; nil for the default.
  var templates: Int?
  /// The server on which rehearsals have their scratch; nil for one of our own.
  public var scratchServer: ConnectionSettings?
  /// The directory of PostgreSQL's programs; nil to look where they usually are.
  public var binaries: String?
  /// Where the passphrase comes from; nil leaves only asking for it.
  public var passphrase: PassphraseSource?
  /// Where buckets are and who may use them.
  var bucket = BucketSettings()
  /// A file with a key that opens the repository; then there is no passphrase.
  public var keyFile: String?
  /// A file with the key that signs receipts; nil for the one that comes from the repository's.
  public var receiptKey: String?
  /// The public keys whose receipts are accepted; nil for the one that comes from the repository's.
  public var receiptKeys: [String]?
  /// How the database is operated: runbook, transitions, parameters.
  var operations = OperationSettings()
  /// What is run by itself, and who hears of it.
  var schedule = ScheduleSettings()
  /// Which databases make up the fleet; nil where nothing says.
  var fleet: FleetSettings?
  /// Programs that look at the scratch of a rehearsal.
  var rehearsalHooks = RehearsalHooks()
  /// What must have happened until when, and what it may cost.
  var monitoring = MonitoringSettings()
  /// The profile in use.
  public var profile: String?
  /// The files that were read, the one that counts most first.
  public var files: [String] = []

  /// Makes a configuration in which nothing is set.
  public init() {}

  /// Puts everything together.
  ///
  /// Throws a `Problem` of kind `usage` for an unreadable or wrong file, an unknown profile, and
  /// for what the environment must not decide.
  public static func load(_ options: SharedOptions, in world: Surroundings) throws -> Self {
    let variables = try EnvironmentSettings(world.environment)
    let search = ConfigurationSearch(
      environment: world.environment,
      directory: world.directory,
      systemDirectory: world.systemDirectory
    )
    let files = try search.files(named: options.config ?? variables.config)
    let profile = options.profile ?? variables.profile
    let layers = try layers(of: files, profile: profile)

    var flags = Settings()
    flags.repository = options.repository
    flags.passphraseFile = options.passphraseFile
    flags.keyFile = options.keyFile
    let configured = layers.reduce(Settings()) { $0.completed(with: $1) }
    let merged = flags.completed(with: variables.settings).completed(with: configured)

    var result = Configuration()
    result.repository = merged.repository
    result.patches = merged.patches
    result.label = merged.label
    result.isProtected = merged.isProtected ?? false
    result.allowsProtected = merged.isProtected == false
    result.jobs = merged.jobs
    result.backup = merged.backup
    result.keep = merged.keep
    result.policy = merged.policy
    result.templates = merged.templates
    result.binaries = merged.binaries
    result.bucket = merged.bucket
    result.receiptKey = merged.receiptKey
    result.receiptKeys = merged.receiptKeys
    result.operations = merged.operations
    result.schedule = merged.schedule
    result.fleet = merged.fleet
    result.rehearsalHooks = merged.rehearsalHooks ?? RehearsalHooks()
    result.monitoring = merged.monitoring
    result.profile = profile
    result.files = files.map(\.path)
    let configuredDatabase = try configured.database.map { try ConnectionSettings.given($0, .file) }
    result.database =
      try variables.settings.database.map { try .given($0, .environment) } ?? configuredDatabase
    let scratchServer = try configured.scratchServer.map { address in
      try ConnectionSettings.server(address, .file)
    }
    result.scratchServer =
      try variables.settings.scratchServer.map { try .server($0, .environment) } ?? scratchServer
    if options.profile != nil {
      result.databaseOfChosenProfile = try Self.database(of: profile, in: files)
    }
    switch try KeySource(flags, world, variables.settings, configured) {
    case .passphrase(let source): result.passphrase = source
    case .file(let path): result.keyFile = path
    case nil: break
    }
    return result
  }

  /// The profile's settings in every file, then the settings at the top of every file.
  private static func layers(of files: [ConfigurationFile], profile: String?) throws -> [Settings] {
    guard let profile else { return files.map(\.settings) }
    let profiles = files.compactMap { $0.profiles[profile] }
    guard !profiles.isEmpty else {
      let known = Set(files.flatMap(\.profiles.keys)).sorted()
      let meant = Context.question(Spelling.near(profile, in: known))
      throw Problem(
        .usage,
        code: "configuration.unknown-profile",
        "There is no profile '\(profile)'",
        reason: files.isEmpty ? "no configuration file was found" : nil,
        facts: files.map { .init("file", $0.path) },
        hint: known.isEmpty ? nil : meant + "Known profiles: \(known.joined(separator: ", "))."
      )
    }
    return profiles + files.map(\.settings)
  }

  private static func database(
    of profile: String?,
    in files: [ConfigurationFile]
  ) throws -> ConnectionSettings? {
    guard let profile else { return nil }
    let address = files.compactMap { $0.profiles[profile]?.database }.first
    return try address.map { try .given($0, .file) }
  }
}
