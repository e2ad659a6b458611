/// What a scratch server is to be like: as much like production as the rehearsal needs.
public struct ScratchOptions: Sendable, Equatable {
  /// Who decides how texts are sorted (PostgreSQL manual, "Locale Providers").
  public enum LocaleProvider: String, Sendable, Codable {
    /// The C library.
    case libc
    /// ICU, PostgreSQL 15 and later.
    case icu
    /// PostgreSQL itself, 17 and later.
    case builtin
  }

  /// The major version, or nil for the newest that is installed.
  public var major: Int?
  /// The directory of the server's programs, or nil to look for it.
  public var binaries: String?
  /// Where the scratch directory is made, or nil for the system's temporary directory.
  public var parentDirectory: String?
  /// The encoding of the databases.
  public var encoding: String
  /// `LC_COLLATE`.
  public var collate: String
  /// `LC_CTYPE`.
  public var characterType: String
  /// The provider of the databases' default locale.
  public var provider: LocaleProvider
  /// The locale of the provider, where it is not the C library.
  public var providerLocale: String?
  /// Settings by name, such as `max_locks_per_transaction`; they beat our own.
  public var settings: [String: String]
  /// How long the server may take to accept connections.
  public var startLimit: Duration

  /// Describes a server; without arguments one that suits most tests.
  public init(
    major: Int? = nil,
    binaries: String? = nil,
    parentDirectory: String? = nil,
    encoding: String = "UTF8",
    collate: String = "C",
    characterType: String = "C",
    provider: LocaleProvider = .libc,
    providerLocale: String? = nil,
    settings: [String: String] = [:],
    startLimit: Duration = .seconds(60)
  ) {
    self.major = major
    self.binaries = binaries
    self.parentDirectory = parentDirectory
    self.encoding = encoding
    self.collate = collate
    self.characterType = characterType
    self.provider = provider
    self.providerLocale = providerLocale
    self.settings = settings
    self.startLimit = startLimit
  }

  /// The arguments of `initdb` for a data directory.
  func initdbArguments(dataDirectory: String, major: Int) -> [String] {
    var arguments = [
      "--pgdata=\(dataDirectory)", "--username=\(ScratchServer.superuser)", "--auth=trust",
      "--no-sync", "--no-instructions", "--encoding=\(encoding)", "--lc-collate=\(collate)",
      "--lc-ctype=\(characterType)", "--lc-messages=C",
    ]
    if major >= 15 { arguments.append("--locale-provider=\(provider.rawValue)") }
    if let providerLocale, provider != .libc {
      arguments.append("--\(provider.rawValue)-locale=\(providerLocale)")
    }
    return arguments
  }

  /// The server's settings: ours, then what was asked for.
  ///
  /// `fsync` and `autovacuum` are the only liberties; `wal_level` stays `replica`, because with
  /// `minimal` a rewrite shows 39 kB of WAL where production writes 80 MB.
  func serverSettings(socketDirectory: String) -> [String: String] {
    let ours = [
      "listen_addresses": "",
      "unix_socket_directories": socketDirectory,
      "unix_socket_permissions": "0700",
      "port": String(ScratchServer.port),
      "fsync": "off",
      "autovacuum": "off",
      "wal_level": "replica",
      "logging_collector": "off",
      "log_destination": "stderr",
      "cluster_name": "drydock scratch",
    ]
    return ours.merging(settings) { _, asked in asked }
  }
}
