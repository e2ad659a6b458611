@unsafe @preconcurrency internal import Glibc

/// Which variables of an environment a child may see.
///
/// The passphrase of the repository and the keys of the object store live in our environment; a
/// child that runs a pull request's SQL could print them. So a child gets what is named here and
/// nothing else.
public struct EnvironmentWhitelist: Sendable, Equatable {
  /// Names that pass as they are.
  public var names: Set<String>
  /// Beginnings of names that pass, such as `LC_`.
  public var prefixes: [String]
  /// Names that never pass, even when a prefix would let them.
  public var exceptions: Set<String>

  /// Makes a whitelist; an empty one lets nothing pass.
  public init(names: Set<String> = [], prefixes: [String] = [], exceptions: Set<String> = []) {
    self.names = names
    self.prefixes = prefixes
    self.exceptions = exceptions
  }

  /// What any well-behaved program needs: where programs are, language, time zone, home.
  public static let system = EnvironmentWhitelist(
    names: ["PATH", "LANG", "LANGUAGE", "TZ", "HOME"],
    prefixes: ["LC_"]
  )

  /// What a PostgreSQL client needs besides: libpq's variables, save the password.
  ///
  /// `pg_dump` gets its password through `including(["PGPASSWORD"])`, where that is meant.
  /// See the PostgreSQL manual, "Environment Variables" of libpq.
  public static let client = EnvironmentWhitelist(
    names: system.names,
    prefixes: system.prefixes + ["PG"],
    exceptions: ["PGPASSWORD"]
  )

  /// What a scratch server sees: where programs are and the time zone, no home, no credentials.
  public static let scratch = EnvironmentWhitelist(names: ["PATH", "TZ"])

  /// The same whitelist with more names, which then pass even if they were exceptions.
  public func including(_ more: Set<String>) -> EnvironmentWhitelist {
    EnvironmentWhitelist(
      names: names.union(more),
      prefixes: prefixes,
      exceptions: exceptions.subtracting(more)
    )
  }

  /// Whether a variable of this name passes.
  public func allows(_ name: String) -> Bool {
    guard !exceptions.contains(name) else { return false }
    return names.contains(name) || prefixes.contains { name.hasPrefix($0) }
  }

  /// The part of an environment that passes.
  public func filtering(_ environment: [String: String]) -> [String: String] {
    environment.filter { allows($0.key) }
  }

  /// The part of this process's own environment that passes.
  public func ofThisProcess() -> [String: String] {
    filtering(Self.environmentOfThisProcess())
  }

  private static func environmentOfThisProcess() -> [String: String] {
    var variables: [String: String] = [:]
    var next = unsafe environ
    while let entry = unsafe next.pointee {
      let text = unsafe String(cString: entry)
      if let equals = text.firstIndex(of: "=") {
        variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      unsafe next += 1
    }
    return variables
  }
}
