internal import Postgres
internal import Schedule

/// What a plan takes from this environment, while a timer starts with one of its own.
///
/// A task that finds its database by `PGHOST` by day finds another one at night, or none. Nothing of it
/// is written into a unit or a crontab by itself: others can read those, and it may be a secret.
struct TimerVariables {
  /// Where what a variable says belongs.
  private enum Place: CaseIterable {
    case configuration
    case address
    case passwordFile
    case bucket
    case credentials
    case timer
  }

  /// Variables that libpq reads where the address lacks the keyword (manual, 34.15).
  private static let keywords = [
    "PGHOST": "host", "PGHOSTADDR": "hostaddr", "PGPORT": "port", "PGDATABASE": "dbname",
    "PGUSER": "user", "PGPASSFILE": "passfile", "PGSERVICE": "service", "PGOPTIONS": "options",
    "PGSSLMODE": "sslmode", "PGSSLROOTCERT": "sslrootcert", "PGSSLCERT": "sslcert",
    "PGSSLKEY": "sslkey", "PGSSLCRL": "sslcrl", "PGSSLCRLDIR": "sslcrldir",
    "PGREQUIREAUTH": "require_auth", "PGREQUIREPEER": "requirepeer",
    "PGCHANNELBINDING": "channel_binding", "PGGSSENCMODE": "gssencmode",
    "PGKRBSRVNAME": "krbsrvname", "PGCONNECT_TIMEOUT": "connect_timeout",
    "PGTARGETSESSIONATTRS": "target_session_attrs",
  ]

  let configuration: Configuration
  let plan: TaskPlan
  let world: Surroundings
  /// Whether the timers are systemd's, and not cron's.
  let isSystemd: Bool

  /// A sentence for each place, with the variables whose values belong there; never a value.
  var warnings: [String] {
    Place.allCases.compactMap { place in
      let missing = names(for: place).sorted()
      guard !missing.isEmpty else { return nil }
      let list = missing.joined(separator: ", ")
      return "a timer does not see these variables: \(list); \(advice(place))"
    }
  }

  private func advice(_ place: Place) -> String {
    let secret = "no secret is written into a timer"
    switch place {
    case .configuration: return "write what they say into the configuration"
    case .address:
      return "write what they say as keywords into 'database:', or into a service that it names"
    case .passwordFile:
      return "\(secret): put it into ~/.pgpass of the user who runs the tasks, mode 0600"
    case .bucket: return "write what they say into 'endpoint:', 'region:' or 'authorities:'"
    case .credentials:
      return "\(secret): put them into ~/.aws/credentials of the user who runs the tasks, "
        + "mode 0600, or set 'credentials_command:'"
    case .timer:
      return isSystemd
        ? "write Environment=NAME=VALUE for each into a drop-in of the service (systemctl edit)"
        : "write a line NAME=VALUE for each above the tasks of the crontab"
    }
  }

  /// The variables that are set, that the plan relies on, and whose values belong there.
  private func names(for place: Place) -> [String] {
    let bucket = configuration.bucket
    switch place {
    case .configuration: return ours
    case .address:
      let given = configuration.database?.keywords ?? [:]
      return found(Self.keywords.filter { given[$0.value] == nil }.map(\.key), if: readsDatabase)
    case .passwordFile:
      let hasPassword = configuration.database?.keywords["password"] != nil
      return found(["PGPASSWORD"], if: readsDatabase && !hasPassword)
    case .bucket:
      let endpoints = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"]
      let regions = ["AWS_REGION", "AWS_DEFAULT_REGION"]
      return found(endpoints, if: usesBucket && bucket.endpoint == nil)
        + found(regions, if: usesBucket && bucket.region == nil)
        + found(["AWS_CA_BUNDLE"], if: usesBucket && bucket.authorities == nil)
    case .credentials:
      return found(
        ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
        if: usesBucket && bucket.credentialsCommand == nil
      )
    case .timer:
      let files = ["AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]
      return found(["PGSERVICEFILE", "PGSYSCONFDIR"], if: readsDatabase && usesService)
        + found(files, if: usesBucket)
    }
  }

  /// Those of Drydock itself.
  private var ours: [String] {
    let known = EnvironmentSettings.known.map(\.name)
    // A timer is told which configuration and which profile are meant.
    var names = found(
      known.filter { !["DRYDOCK_CONFIG", "DRYDOCK_PROFILE"].contains($0) },
      if: true
    )
    // These were taken out of the environment at the start.
    if world.passphrase != nil { names.append(Passphrase.variable) }
    if world.targetPassphrase != nil { names.append(Passphrase.targetVariable) }
    if world.passphraseCommand != nil { names.append(Passphrase.commandVariable) }
    return names
  }

  private var readsDatabase: Bool { plan.entry(.backup) != nil }

  private var usesService: Bool {
    configuration.database?.keywords["service"] != nil || isSet("PGSERVICE")
  }

  private var usesBucket: Bool {
    let copies = plan.entry(.copy)?.words ?? []
    return configuration.repository?.hasPrefix("s3://") == true
      || copies.contains { $0.hasPrefix("--to=s3://") }
  }

  private func isSet(_ name: String) -> Bool { world.environment[name]?.isEmpty == false }

  private func found(_ names: [String], if isUsed: Bool) -> [String] {
    isUsed ? names.filter(isSet) : []
  }
}
