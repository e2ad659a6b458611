internal import Bytes
internal import CLibPQ
internal import Glibc
public import Problems

/// Where and how to connect: libpq's own keywords (manual, 34.1.2 "Parameter Key Words").
///
/// All of libpq's conventions hold, because libpq itself reads them: URLs, keyword strings, `PG*`
/// variables, service files and `~/.pgpass`. What is not given is left to libpq, so a blank host is
/// the local socket and a blank user the current one.
public struct ConnectionSettings: Sendable, Equatable {
  /// The keywords that were given, as libpq names them; blank values are left out.
  public private(set) var keywords: [String: String]

  /// Settings from keywords.
  public init(keywords: [String: String] = [:]) {
    self.keywords = keywords.filter { !$0.value.isEmpty }
  }

  /// Reads a URL, a keyword string, or the bare name of a database.
  ///
  /// Throws a `Problem` of kind `usage` that does not repeat the text, which may hold a password.
  public init(parsing text: String) throws(Problem) {
    if text.isEmpty {
      self.init()
    } else if !text.contains("=") && !text.contains("://") {
      self.init(keywords: ["dbname": text])
    } else {
      self.init(keywords: try Self.parse(text))
    }
  }

  private static func parse(_ text: String) throws(Problem) -> [String: String] {
    var message: UnsafeMutablePointer<CChar>?
    guard let options = unsafe PQconninfoParse(text, &message) else {
      defer { unsafe PQfreemem(message) }
      // libpq's message can repeat a part of the text; after `password=` that would be a secret.
      throw Problem(
        .usage,
        code: "postgres.connection-string",
        "the connection string is not one that libpq understands",
        hint: "Write postgresql://user@host:port/database or 'host=... dbname=...'."
      )
    }
    defer { unsafe PQconninfoFree(options) }
    return unsafe Self.values(of: options)
  }

  /// The keywords and values of libpq's option array, which ends with a null keyword.
  static func values(of options: UnsafeMutablePointer<PQconninfoOption>) -> [String: String] {
    var found: [String: String] = [:]
    var option = unsafe options
    while let keyword = unsafe option.pointee.keyword {
      if let value = unsafe option.pointee.val {
        unsafe found[String(cString: keyword)] = String(cString: value)
      }
      unsafe option += 1
    }
    return found
  }

  /// The same settings with one keyword set, or left to libpq when `value` is nil.
  public func with(_ keyword: String, _ value: String?) -> ConnectionSettings {
    var copy = self
    copy.keywords[keyword] = value
    return copy
  }

  /// The same server, another database.
  public func database(_ name: String) -> ConnectionSettings { with("dbname", name) }

  /// The same settings with one of the server's for the session, behind those that are there.
  ///
  /// Every blank that the server's `isspace` knows separates the options, also within quotes, and a
  /// backslash takes that from it (manual, 34.1.2, "options"): a name with a tab in it would set
  /// whatever follows there.
  public func setting(_ name: String, to value: String) -> ConnectionSettings {
    var bytes: [UInt8] = []
    for byte in value.utf8 {
      let isBlank = byte == UInt8(ascii: " ") || (9...13).contains(byte)
      if isBlank || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
      bytes.append(byte)
    }
    let option = "-c \(name)=\(String(decoding: bytes, as: UTF8.self))"
    return with("options", [keywords["options"], option].compactMap(\.self).joined(separator: " "))
  }

  /// Whether a password was written into the settings themselves.
  public var hasPassword: Bool { keywords.keys.contains(where: Self.secrets.contains) }

  /// The keywords that stand for a password, those of libpq 18 among them.
  private static let secrets: Set<String> = [
    "password", "sslpassword", "scram_client_key", "scram_server_key", "oauth_client_secret",
  ]

  /// A keyword string for a child program's argument: everything but the passwords.
  public var argument: String {
    keywords.filter { !Self.secrets.contains($0.key) }
      .sorted { $0.key < $1.key }
      .map { "\($0.key)=\(Self.quoted($0.value))" }
      .joined(separator: " ")
  }

  /// What a child program needs in its environment beside the argument: the password, if any.
  public var childEnvironment: [String: String] {
    var environment: [String: String] = [:]
    for name in Self.inherited {
      if let value = unsafe getenv(name) { unsafe environment[name] = String(cString: value) }
    }
    if let password = keywords["password"] { environment["PGPASSWORD"] = password }
    return environment
  }

  /// The variables that libpq itself reads (manual, 34.15), which a child needs as we do: without
  /// those that demand something of the server, it would give a password to one that we refuse.
  private static let inherited = [
    "PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGPASSFILE",
    "PGSERVICE", "PGSERVICEFILE", "PGSYSCONFDIR", "PGSSLMODE", "PGSSLROOTCERT", "PGSSLCERT",
    "PGSSLKEY", "PGSSLCERTMODE", "PGSSLCRL", "PGSSLCRLDIR", "PGSSLSNI", "PGSSLNEGOTIATION",
    "PGSSLMINPROTOCOLVERSION", "PGSSLMAXPROTOCOLVERSION", "PGREQUIRESSL", "PGREQUIREAUTH",
    "PGREQUIREPEER", "PGCHANNELBINDING", "PGGSSENCMODE", "PGGSSLIB", "PGGSSDELEGATION",
    "PGKRBSRVNAME", "PGCONNECT_TIMEOUT", "PGTARGETSESSIONATTRS", "PGLOADBALANCEHOSTS", "HOME",
    "KRB5CCNAME",
  ]

  /// Whether the environment says how long to wait for a connection, which libpq reads itself.
  static var isTimeLimitInherited: Bool { unsafe getenv("PGCONNECT_TIMEOUT") != nil }

  private static func quoted(_ value: String) -> String {
    let escaped = value.escaping(["\\": "\\\\", "'": "\\'"])
    return "'\(escaped)'"
  }
}

extension ConnectionSettings: CustomStringConvertible {
  /// The settings for a person: never a password.
  public var description: String {
    let database = keywords["dbname"] ?? keywords["service"].map { "service \($0)" } ?? "default"
    let host = keywords["host"] ?? keywords["hostaddr"] ?? "local socket"
    let user = keywords["user"].map { "\($0)@" } ?? ""
    let port = keywords["port"].map { ":\($0)" } ?? ""
    return "\(user)\(host)\(port)/\(database)"
  }
}
