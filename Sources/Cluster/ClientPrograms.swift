internal import Problems
internal import Files
internal import Processes

/// PostgreSQL's own client programs of one major version: `pg_dump`, `pg_dumpall`,
/// `pg_restore`, `psql`.
///
/// `pg_dump` refuses a server newer than itself, so its major must be at least the server's.
public struct ClientPrograms: Sendable, Equatable {
  /// The directory that holds them.
  public let directory: String
  /// Their major version.
  public let major: Int

  /// The path of `pg_dump`.
  public var dump: String { "\(directory)/pg_dump" }
  /// The path of `pg_dumpall`.
  public var dumpAll: String { "\(directory)/pg_dumpall" }
  /// The path of `pg_restore`.
  public var restore: String { "\(directory)/pg_restore" }
  /// The path of `psql`.
  public var psql: String { "\(directory)/psql" }

  /// The oldest installed programs that are not older than `server`.
  ///
  /// Looks in `directory` alone when it is named; else where Debian, Red Hat and Homebrew put
  /// PostgreSQL, then in `PATH`.
  public static func find(atLeast server: Int, directory: String? = nil) throws -> ClientPrograms {
    let candidates = directory.map { [$0] } ?? directories()
    var best: ClientPrograms?
    for candidate in candidates where best?.major != server {
      guard let found = at(candidate), found.major >= server else { continue }
      if best.map({ found.major < $0.major }) ?? true { best = found }
    }
    guard let best else {
      throw Problem(
        .failed,
        code: "cluster.no-client-programs",
        "no pg_dump of PostgreSQL \(server) or later is installed",
        reason: "looked in \(candidates.joined(separator: ", "))",
        hint: "Install the package postgresql-client-\(server), or name its directory in the"
          + " configuration (binaries)."
      )
    }
    return best
  }

  private static func directories() -> [String] {
    var found: [String] = []
    for (root, end) in [("/usr/lib/postgresql", "bin"), ("/usr", "bin"), ("/opt", "bin")] {
      guard let entries = try? Directory.entries(of: root) else { continue }
      found += entries.filter { root.hasSuffix("postgresql") || $0.name.hasPrefix("pgsql") }
        .map { "\(root)/\($0.name)/\(end)" }
    }
    let path = EnvironmentWhitelist.system.ofThisProcess()["PATH"] ?? "/usr/bin:/bin"
    return found + path.split(separator: ":").map(String.init)
  }

  private static func at(_ directory: String) -> ClientPrograms? {
    let program = "\(directory)/pg_dump"
    guard ProgramPath.isExecutable(program),
      let outcome = try? Invocation(program, ["--version"]).run().checked(),
      let number = outcome.text.split(separator: " ").first(where: { $0.first?.isNumber == true }),
      let major = Int(number.prefix { $0.isNumber })
    else { return nil }
    return ClientPrograms(directory: directory, major: major)
  }
}
