internal import Catalog
internal import Postgres
internal import Problems
internal import Repository
public import Snapshot

/// Writes the databases of a cluster as one script, in the order of `pg_dumpall`: roles and
/// tablespaces, then each database with what belongs to it.
///
/// Each database is at its own instant, which the script says. Roles that the target has already are
/// kept, so that the script loads with `ON_ERROR_STOP`; `pg_dumpall`'s own stops at the superuser.
public struct ClusterExport {
  private let contents: [SnapshotContent]
  private let globals: SnapshotContent
  private let options: RestoreOptions
  private let hasPasswords: Bool
  private let write: ([UInt8]) throws -> Void

  /// Databases that every server has, and that are therefore not made.
  private static let given = ["template1", "postgres"]

  /// Prepares an export.
  ///
  /// - Parameters:
  ///   - contents: One snapshot for each database, all of one cluster.
  ///   - hasPasswords: Whether the roles' password verifiers are written.
  ///   - options: Where PostgreSQL's programs are.
  ///   - write: Takes the SQL, piece by piece.
  /// - Throws: `export.nothing` where there is no snapshot.
  public init(
    of contents: [SnapshotContent],
    hasPasswords: Bool,
    options: RestoreOptions,
    write: @escaping ([UInt8]) throws -> Void
  ) throws {
    guard let newest = contents.max(by: { $0.manifest.taken < $1.manifest.taken }) else {
      throw Problem(
        .usage,
        code: "export.nothing",
        "there is no snapshot to export",
        hint: "drydock snapshots lists what there is."
      )
    }
    globals = newest
    // Template databases first, since others may be made from them.
    self.contents = contents.sorted { Self.place($0) < Self.place($1) }
    self.hasPasswords = hasPasswords
    self.options = options
    self.write = write
  }

  private static func place(_ content: SnapshotContent) -> (Int, String) {
    let name = content.manifest.database.name
    return (name == "template1" ? 0 : 1, name)
  }

  /// Writes everything.
  public func run() throws {
    try text(
      """
      --
      -- PostgreSQL database cluster dump
      --
      -- Written by drydock from one snapshot for each database.

      SET default_transaction_read_only = off;
      SET client_encoding = 'UTF8';
      SET standard_conforming_strings = on;


      """
    )
    try roles()
    for content in contents { try database(content) }
    try text("--\n-- PostgreSQL database cluster dump complete\n--\n\n")
  }

  private func roles() throws {
    let definition = globals.manifest.definition
    let bytes = try globals.text(definition.globals, try globals.repository.makeReader())
    let all = Globals(bytes)
    let script = hasPasswords ? all.script : all.withoutPasswords
    let lines = script.split(separator: "\n", omittingEmptySubsequences: false)
    // The one that says that the script is whole stands at its end only.
    for line in lines where !line.hasPrefix("-- PostgreSQL database cluster dump") {
      try text(Self.makingOnce(line) + "\n")
    }
  }

  /// `CREATE ROLE` where the role is not there.
  private static func makingOnce(_ line: Substring) -> String {
    guard line.hasPrefix("CREATE ROLE "), line.hasSuffix(";") else { return String(line) }
    let statement = String(line.dropLast())
    let name = SQL.literal(String(statement.dropFirst("CREATE ROLE ".count)))
    return "SELECT \(SQL.literal(statement)) WHERE pg_catalog.to_regrole(\(name)) IS NULL \\gexec"
  }

  private func database(_ content: SnapshotContent) throws {
    let manifest = content.manifest
    let name = manifest.database.name
    try text("--\n-- Database \"\(name.replacing("\n", with: " "))\" dump\n")
    try text("-- Snapshot \(content.name), as of \(manifest.taken)\n--\n\n")
    if Self.given.contains(name) {
      try text("\\connect \(name)\n\n")
    } else {
      let archive = try Archive(
        of: content,
        reader: try content.repository.makeReader(),
        serverMajor: manifest.server.major,
        binaryDirectory: options.binaryDirectory
      )
      try text(try archive.databaseScript())
    }
    try ExportRun(of: content, options: options, write: write).run()
  }

  private func text(_ sql: String) throws { try write(Array(sql.utf8)) }
}
