internal import Problems
public import Postgres

extension ConnectionSettings {
  /// Where an address was written.
  public enum Place: Sendable {
    /// An argument, which every user of the machine can read while the program runs.
    case commandLine
    /// A configuration file, which gets copied and committed.
    case file
    /// The environment of this process.
    case environment

    var words: String {
      switch self {
      case .commandLine: "on the command line"
      case .file: "in a configuration file"
      case .environment: "in the environment"
      }
    }
  }

  /// Reads an address of a database, and refuses a password where others can see it.
  ///
  /// Only the environment may hold one. Throws a `Problem` of kind `usage`, also for an empty word and
  /// for an address without a database's name: libpq would take that of the user, which nobody has
  /// named. A service counts as a name, since only libpq reads what stands in it.
  public static func given(_ text: String, _ place: Place) throws -> ConnectionSettings {
    let settings = try server(text, place)
    guard settings.keywords["dbname"] == nil, settings.keywords["service"] == nil else {
      return settings
    }
    throw Problem(
      .usage,
      code: "usage.no-database",
      "An address \(place.words) names no database",
      reason: "libpq would take the name of the user for the database's, in silence",
      facts: settings.keywords.isEmpty ? [] : [.init("address", settings.argument)],
      hint: "Add the name: postgresql://HOST/NAME, or dbname=NAME among keywords."
    )
  }

  /// Reads an address of a server, any database of which will do, by the same rules.
  static func server(_ text: String, _ place: Place) throws -> ConnectionSettings {
    guard !text.isEmpty || place != .commandLine else {
      throw Problem(
        .usage,
        code: "usage.no-database",
        "An empty word names no database",
        reason: "a variable that is not set leaves one in a script",
        hint: "Give a URL, keywords as libpq reads them, or a name."
      )
    }
    let settings = try ConnectionSettings(parsing: text)
    guard settings.hasPassword, place != .environment else { return settings }
    throw Problem(
      .usage,
      code: place == .file ? "usage.password-in-file" : "usage.password-in-argument",
      "The address of the database \(settings) carries a password \(place.words)",
      reason: "others can read it there",
      hint: """
        Put the password into ~/.pgpass (mode 0600), into PGPASSWORD or DRYDOCK_DATABASE of the \
        environment, or use a service file.
        """
    )
  }

  /// Whether the server is on this machine: a socket, or the loopback interface.
  ///
  /// A service can name any host, so it does not count as local.
  public var isLocal: Bool {
    let hosts = ["host", "hostaddr"].compactMap { keywords[$0] }
      .flatMap { $0.split(separator: ",").map(String.init) }
    return keywords["service"] == nil
      && hosts.allSatisfy { host in
        host.hasPrefix("/") || host.hasPrefix("@")
          || ["localhost", "127.0.0.1", "::1"].contains(host)
      }
  }
}
