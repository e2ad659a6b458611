internal import Files
internal import FoundationEssentials
internal import Problems
internal import Processes

/// An installed PostgreSQL: the directory of its programs, and which version they are.
public struct ServerBinaries: Sendable, Equatable {
  /// The directory that holds `postgres`, `initdb`, `pg_dump`.
  public let directory: String
  /// The version in full: `15.20`, `18beta1`.
  public let version: String
  /// The major version; only servers of the same one behave alike.
  public let major: Int

  /// The path of one of the programs.
  public func path(_ program: String) -> String { "\(directory)/\(program)" }

  /// Looks into a directory; throws `cluster.no-server` when there is no PostgreSQL server in it.
  public init(directory: String) throws {
    let server = "\(directory)/postgres"
    guard ProgramPath.isExecutable(server), ProgramPath.isExecutable("\(directory)/initdb") else {
      throw Problem(
        code: "cluster.no-server",
        "there is no PostgreSQL server in \(directory)",
        reason: "postgres and initdb must both be there",
        hint: "Name the directory that pg_config --bindir of the server prints."
      )
    }
    let answer = try Invocation(server, ["--version"]).run(timeLimit: .seconds(10)).checked().text
    guard let (version, major) = Self.version(in: answer) else {
      throw Problem(
        code: "cluster.no-server",
        "\(server) does not say which version it is",
        reason: answer
      )
    }
    self.directory = directory
    self.version = version
    self.major = major
  }

  /// Reads `postgres (PostgreSQL) 15.20 (Debian 15.20-1)`.
  static func version(in answer: String) -> (version: String, major: Int)? {
    let words = answer.split(whereSeparator: \.isWhitespace)
    guard let mark = words.firstIndex(of: "(PostgreSQL)"), mark + 1 < words.count else {
      return nil
    }
    let version = words[mark + 1]
    guard let major = Int(version.prefix { $0.isNumber }) else { return nil }
    return (String(version), major)
  }

  /// The servers of this machine, newest first.
  ///
  /// Looked for where `pg_config` says, where Debian and Red Hat put them, and in `PATH`, in this
  /// order. A link to `postgres` counts as the directory that it leads to, where the others are.
  public static func installed() -> [ServerBinaries] {
    var directories: [String] = []
    if let told = try? Invocation("pg_config", ["--bindir"]).run(timeLimit: .seconds(10)) {
      directories.append(told.text.filter { $0 != "\n" })
    }
    directories += subdirectories(of: "/usr/lib/postgresql").map { "\($0)/bin" }
    directories += subdirectories(of: "/usr").filter { $0.contains("/pgsql-") }.map { "\($0)/bin" }
    let path = EnvironmentWhitelist.system.ofThisProcess()["PATH"] ?? ""
    directories += path.split(separator: ":").map(String.init)

    var seen: Set<String> = []
    let found = directories.map(realDirectory).filter { seen.insert($0).inserted }.compactMap {
      try? ServerBinaries(directory: $0)
    }
    let majors = Set(found.map(\.major)).sorted(by: >)
    return majors.flatMap { major in found.filter { $0.major == major } }
  }

  /// The server to use: in the named directory if there is one, else of this machine's.
  ///
  /// - Parameters:
  ///   - major: the major version that is needed; the newest when nil.
  ///   - directory: the only directory to look into, or nil.
  /// - Returns: the first that fits.
  /// - Throws: `cluster.no-server` or `cluster.wrong-major`, with what to install.
  public static func find(major: Int?, in directory: String? = nil) throws -> ServerBinaries {
    let candidates = try directory.map { [try ServerBinaries(directory: $0)] } ?? installed()
    if let match = candidates.first(where: { major == nil || $0.major == major }) { return match }
    let wanted = major.map { "PostgreSQL \($0)" } ?? "PostgreSQL"
    let package = major.map { "postgresql-\($0)" } ?? "postgresql"
    let found = candidates.map { "\($0.version) in \($0.directory)" }
    throw Problem(
      code: "cluster.wrong-major",
      "no server of \(wanted) is installed here",
      reason: found.isEmpty
        ? "no server at all was found" : "found only \(found.joined(separator: ", "))",
      hint: "Install it (Debian and Ubuntu: apt-get install \(package)), "
        + "or name the directory of its programs."
    )
  }

  /// The directory where `postgres` really lies.
  private static func realDirectory(_ directory: String) -> String {
    let server = URL(fileURLWithPath: "\(directory)/postgres")
    return server.resolvingSymlinksInPath().deletingLastPathComponent().path
  }

  private static func subdirectories(of directory: String) -> [String] {
    // A machine that lacks the directory has no servers there.
    let entries = (try? Directory.entries(of: directory)) ?? []
    return entries.map { "\(directory)/\($0.name)" }
  }
}
