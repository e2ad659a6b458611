internal import Cluster
internal import Postgres
internal import Problems
internal import Processes
internal import Repository
internal import Snapshot

/// A scratch server with a snapshot's definition, on which one table is renamed and written down.
struct BesideScratch {
  private let scratch: ScratchDatabase
  private let archive: Archive
  private let entries: [Archive.Entry]
  private let programs: ClientPrograms
  private let encoding: String
  private let schemas: [String]

  /// The way in.
  var administration: ConnectionSettings { scratch.administration }

  /// Starts the server with types, functions and tables, without rows and indexes.
  static func start(
    of content: SnapshotContent,
    serverMajor: Int,
    binaryDirectory: String?
  ) throws -> BesideScratch {
    let manifest = content.manifest
    let archive = try Archive(
      of: content,
      reader: try content.repository.makeReader(),
      serverMajor: serverMajor,
      binaryDirectory: binaryDirectory
    )
    let entries = try archive.entries()
    let programs = try ClientPrograms.find(
      atLeast: manifest.server.major,
      directory: binaryDirectory
    )
    let beside = BesideScratch(
      scratch: try ScratchDatabase.start(
        like: content,
        role: manifest.database.owner,
        binaryDirectory: binaryDirectory
      ),
      archive: archive,
      entries: entries,
      programs: programs,
      encoding: manifest.database.encoding,
      schemas: manifest.database.schemas
    )
    do {
      try beside.define()
      return beside
    } catch {
      // The first error is the one to report; the next start removes what stays.
      try? beside.remove()
      throw error
    }
  }

  /// Stops the server and takes its files away.
  func remove() throws { try scratch.server.remove() }

  private func define() throws {
    try makeSchemas()
    try archive.define(entries, onScratch: administration)
  }

  /// A snapshot of chosen tables has no definition of the schemas that they are in.
  private func makeSchemas() throws {
    let connection = try Connection.open(administration)
    let defined = entries.filter { $0.kind == "SCHEMA" }
    for schema in schemas where !defined.contains(where: { $0.rest.hasPrefix("- \(schema) ") }) {
      try connection.execute("CREATE SCHEMA IF NOT EXISTS \(SQL.identifier(schema))")
    }
  }

  /// Gives the tables of a tree their indexes, constraints and policies.
  ///
  /// Returns what they have beside, as sentences: what ties a table to others stays away.
  func complete(_ tree: BesideTree, _ connection: Connection) throws -> [String] {
    let schemas = Set(tree.tables.map(\.schema))
    let chosen = entries.filter { entry in
      switch entry.kind {
      case "INDEX", "INDEX ATTACH", "CONSTRAINT", "STATISTICS":
        schemas.contains { entry.rest.hasPrefix("\($0) ") }
      case "CHECK CONSTRAINT", "POLICY", "ROW SECURITY": tree.owns(entry)
      default: false
      }
    }
    try archive.restore(.postData, into: administration, only: chosen, without: [], jobs: 1)
    try comment(schemas, connection)
    return tree.tied(by: entries)
  }

  /// Comments on indexes and constraints; those of what stays away have nothing to stand on.
  private func comment(_ schemas: Set<String>, _ connection: Connection) throws {
    let kinds = ["INDEX", "CONSTRAINT", "STATISTICS", "POLICY"]
    let chosen = entries.filter { entry in
      entry.kind == "COMMENT"
        && schemas.contains { schema in
          kinds.contains { entry.rest.hasPrefix("\(schema) \($0) ") }
        }
    }
    guard !chosen.isEmpty else { return }
    let script = DefinitionScript(try archive.script(.postData, only: chosen, without: []))
    for entry in script.entries {
      try connection.execute(entry, expecting: ["42704", "42P01", "42703"])
    }
  }

  /// A section of what `pg_dump` writes of some tables, without its head, which sets up a session.
  func dump(
    _ section: Archive.Section,
    of tables: [BesideTree.Relation],
    _ options: RestoreOptions
  ) throws -> String {
    var arguments = [
      "--section=\(section.rawValue)", "--no-publications", "--no-subscriptions",
      "--no-tablespaces",
    ]
    if encoding != "SQL_ASCII" { arguments.append("--encoding=UTF8") }
    if options.without.contains(.owners) { arguments.append("--no-owner") }
    if options.without.contains(.privileges) { arguments.append("--no-privileges") }
    // In double quotes no character of a name has a meaning (manual, psql "Patterns").
    arguments += tables.map { "--table=\(SQL.identifier($0.schema, $0.name))" }
    return DefinitionScript(try programs.schema(of: administration, arguments)).body
  }
}
