internal import Cluster
internal import Faults
internal import Files
internal import Postgres
internal import Problems
internal import Processes
internal import Repository
internal import Snapshot

/// The archive of `pg_dump` out of a snapshot, as a private file that `pg_restore` can read.
struct Archive: Sendable {
  /// The parts in which `pg_restore` knows an archive.
  enum Section: String, Sendable {
    /// Schemas, types, functions, tables.
    case preData = "pre-data"
    /// Indexes, constraints, triggers, rules.
    case postData = "post-data"
  }

  /// One line of the table of contents.
  struct Entry: Sendable, Equatable {
    /// The line as `pg_restore --list` prints it.
    var line: String
    /// The object class: `TABLE`, `FK CONSTRAINT`, `ACL`, ...
    var kind: String
    /// Schema (or `-`), tag and owner, as the list has them.
    var rest: String
  }

  private static let prefix = "drydock-archive"

  let directory: TemporaryDirectory
  let programs: ClientPrograms

  var path: String { "\(directory.path)/archive" }

  /// Writes the archive of a snapshot to a private temporary directory, which goes with the value.
  init(
    of content: SnapshotContent,
    reader: ChunkReader,
    serverMajor: Int,
    binaryDirectory: String?
  ) throws {
    // Rights before content: the directory is private (0700) before the definition is in it.
    try TemporaryDirectory.removeDead(prefix: Self.prefix)
    directory = try TemporaryDirectory(prefix: Self.prefix)
    programs = try ClientPrograms.find(
      atLeast: max(serverMajor, content.manifest.definition.dumpMajor),
      directory: binaryDirectory
    )
    try AtomicFile.write(
      try content.text(content.manifest.definition.archive, reader),
      to: "\(directory.path)/archive",
      durability: .fast
    )
  }

  /// The table of contents.
  func entries() throws -> [Entry] {
    try Invocation(programs.restore, ["--list", path]).run().checked().text
      .split(separator: "\n").compactMap { Entry(String($0)) }
  }

  /// One section as SQL for a session of ours, without the lines that only `psql` understands.
  func script(_ section: Section, only entries: [Entry]?, without: Omissions) throws
    -> String
  {
    let arguments = try arguments(section, entries, without) + ["--file=-", path]
    let text = try Invocation(programs.restore, arguments).run().checked().text
    return Self.plain(text)
  }

  /// Security labels as SQL; the list does not tell in which section they stand.
  func script(ofLabels entries: [Entry]) throws -> String {
    guard !entries.isEmpty else { return "" }
    let arguments = try list(entries, "labels") + ["--file=-", path]
    return Self.plain(try Invocation(programs.restore, arguments).run().checked().text)
  }

  /// What `pg_dump` writes of a schema as plain SQL, for a session of ours.
  static func plainDump(
    of database: ConnectionSettings,
    binaryDirectory: String?
  ) throws -> String {
    let programs = try ClientPrograms.find(
      atLeast: try Connection.open(database).serverMajor,
      directory: binaryDirectory
    )
    return plain(try programs.schema(of: database, ["--exclude-schema=drydock"]))
  }

  /// The text without the lines that only `psql`, or only a newer server, understands.
  ///
  /// They stand before the first entry and after the last. A line like them between is a part of
  /// somebody's function, and stays.
  private static func plain(_ text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let first = lines.firstIndex { $0.hasPrefix("-- Name: ") } ?? lines.endIndex
    let last = lines.lastIndex { $0.hasPrefix("-- PostgreSQL database dump complete") } ?? first
    let marks = ["\\restrict ", "\\unrestrict ", "SET transaction_timeout ="]
    return lines.enumerated().filter { place, line in
      (first..<max(first, last)).contains(place) || !marks.contains { line.hasPrefix($0) }
    }.map(\.element).joined(separator: "\n")
  }

  /// Restores one section into a database; the first error stops it.
  ///
  /// - Parameters:
  ///   - section: which part.
  ///   - target: the database.
  ///   - entries: only these entries, all when nil.
  ///   - without: what to leave out.
  ///   - jobs: connections at the same time; 0 for all in one transaction.
  /// - Throws: `restore.definition` with the words of `pg_restore`.
  func restore(
    _ section: Section,
    into target: ConnectionSettings,
    only entries: [Entry]?,
    without: Omissions,
    jobs: Int
  ) throws {
    var arguments = try arguments(section, entries, without)
    arguments += ["--exit-on-error", "--no-password"]
    arguments.append(jobs == 0 ? "--single-transaction" : "--jobs=\(jobs)")
    let target = target.meeting(FaultPoint.pass("program before: pg_restore \(section.rawValue)"))
    defer { FaultPoint.pass("program after: pg_restore \(section.rawValue)") }
    arguments += ["--dbname=\(target.argument)", path]
    let outcome = try ClientPrograms.call(programs.restore, arguments, reaching: target)
      .run()
    guard outcome.status.isSuccess else { throw Self.problem(section, outcome) }
  }

  /// Restores what one step of a section says.
  func restore(
    _ section: Section,
    into target: ConnectionSettings,
    _ step: DefinitionSteps.Step
  ) throws {
    if step.followsFunctions {
      do {
        try Neutralisation(connection: try Connection.open(target)).ofFunctions()
      } catch {
        throw error.problem("cannot make the scratch server's copy harmless")
      }
    }
    try restore(section, into: target, only: step.entries, without: step.without, jobs: step.jobs)
  }

  private func arguments(
    _ section: Section,
    _ entries: [Entry]?,
    _ without: Omissions
  ) throws -> [String] {
    var arguments = ["--section=\(section.rawValue)"]
    if without.contains(.owners) { arguments.append("--no-owner") }
    if without.contains(.privileges) { arguments.append("--no-privileges") }
    return arguments + (try entries.map { try list($0, section.rawValue) } ?? [])
  }

  /// The argument that chooses entries.
  private func list(_ entries: [Entry], _ name: String) throws -> [String] {
    let list = "\(directory.path)/list-\(name)"
    let text = entries.map(\.line).joined(separator: "\n") + "\n"
    try AtomicFile.write(Array(text.utf8), to: list, durability: .fast)
    return ["--use-list=\(list)"]
  }

  private static func problem(_ section: Section, _ outcome: Outcome) -> Problem {
    let reason = outcome.errors.split(separator: "\n").prefix(4).joined(separator: "; ")
    let missingRole = reason.contains("role \"") && reason.contains("does not exist")
    return Problem(
      code: "restore.definition",
      "the \(section.rawValue) part of the definition failed",
      reason: reason,
      hint: missingRole
        ? "Create the role first (drydock show SNAPSHOT --globals prints the statements), or"
          + " restore with --no-owner."
        : "Mend what the server says and restore into an empty database again."
    )
  }
}

extension Archive.Entry {
  /// Reads a line such as `215; 1259 16390 TABLE public jobs owner`; nil for comments.
  init?(_ line: String) {
    guard !line.hasPrefix(";"), !line.isEmpty else { return nil }
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count > 4, words[0].hasSuffix(";") else { return nil }
    // A class may be of several words, and a schema may be written in capitals too.
    let text = words[3...].joined(separator: " ")
    let kind = Self.longKinds.first { text.hasPrefix("\($0) ") } ?? String(words[3])
    self.init(line: line, kind: kind, rest: String(text.dropFirst(kind.count + 1)))
  }

  /// Whether it is what a provider has to say of objects; see ``SecurityLabels``.
  var isLabel: Bool { kind == "SECURITY LABEL" }

  /// The classes of `pg_dump` that are more than one word, longest first.
  private static let longKinds = [
    "TEXT SEARCH CONFIGURATION", "TEXT SEARCH DICTIONARY", "TEXT SEARCH TEMPLATE",
    "TEXT SEARCH PARSER", "MATERIALIZED VIEW DATA", "PUBLICATION TABLES IN SCHEMA",
    "SUBSCRIPTION TABLE", "FOREIGN DATA WRAPPER", "CHECK CONSTRAINT", "PROCEDURAL LANGUAGE",
    "MATERIALIZED VIEW", "PUBLICATION TABLE", "SEQUENCE OWNED BY", "OPERATOR FAMILY",
    "DEFAULT ACL", "OPERATOR CLASS", "SECURITY LABEL", "FOREIGN SERVER", "FOREIGN TABLE",
    "FK CONSTRAINT", "EVENT TRIGGER", "ACCESS METHOD", "INDEX ATTACH", "ROW SECURITY",
    "TABLE ATTACH", "SEQUENCE SET", "USER MAPPING", "SHELL TYPE", "LARGE OBJECT",
    "BLOB METADATA", "STATISTICS DATA",
  ].sorted { $0.count > $1.count }
}
