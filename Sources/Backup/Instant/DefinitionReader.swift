internal import Bytes
internal import Catalog
internal import Cluster
internal import Postgres
internal import Problems
internal import Processes
internal import Repository
internal import Snapshot

/// Reads the schema's definition with `pg_dump` and the globals with `pg_dumpall`.
///
/// There is no DDL dumper of our own, and there never will be: the field's own tool knows every
/// object class of every version.
struct DefinitionReader {
  let programs: ClientPrograms
  let settings: ConnectionSettings
  let options: BackupOptions
  /// The database's encoding.
  let encoding: String
  let store: ([UInt8]) throws -> ChunkID

  /// The archive of the schema in the exported snapshot.
  func archive(snapshot: String) throws -> [ChunkID] {
    var arguments = [
      "--schema-only", "--format=custom", "--compress=0", "--no-password",
      "--snapshot=\(snapshot)", "--lock-wait-timeout=\(options.lockTimeout)",
    ]
    // Names in one encoding for all; what is in no encoding at all (SQL_ASCII) stays as it is.
    if encoding != "SQL_ASCII" { arguments.append("--encoding=UTF8") }
    for schema in [PageAccess.schema, Witness.schema] {
      arguments.append("--exclude-schema=\(schema)")
    }
    arguments += options.schemas.map { "--schema=\(Self.quoted($0))" }
    arguments += options.tables.map { "--table=\(TablePattern($0).dumpPattern)" }
    arguments += options.excludedTables.map { "--exclude-table=\(TablePattern($0).dumpPattern)" }
    return try run(
      programs.dump,
      arguments + ["--dbname=\(settings.argument)"],
      doing: "cannot read the definition of the schema"
    )
  }

  /// Roles and tablespaces, with the roles' password verifiers where the role may read them.
  func globals(hasPasswords: Bool) throws -> [ChunkID] {
    var arguments = ["--globals-only", "--no-password"]
    if !hasPasswords { arguments.append("--no-role-passwords") }
    return try run(
      programs.dumpAll,
      arguments + ["--dbname=\(settings.argument)"],
      doing: "cannot read the roles and tablespaces"
    )
  }

  /// A name as a pattern that fits nothing else: in double quotes no character has a meaning.
  private static func quoted(_ name: String) -> String { SQL.identifier(name) }

  private func run(_ program: String, _ arguments: [String], doing: String) throws -> [ChunkID] {
    var environment = EnvironmentWhitelist.system.ofThisProcess()
    environment.merge(settings.childEnvironment) { _, ours in ours }
    var pieces: [ChunkID] = []
    var piece: [UInt8] = []
    let outcome = try Invocation(program, arguments, environment: environment).run(
      output: .streamed { bytes in
        piece.append(bytes)
        while piece.count >= Pieces.size {
          pieces.append(try store(Array(piece[..<Pieces.size])))
          piece.removeFirst(Pieces.size)
        }
      }
    )
    guard outcome.status.isSuccess else {
      throw Problem(
        code: "backup.pg-dump",
        doing,
        reason: outcome.errors.split(separator: "\n").suffix(3).joined(separator: "; "),
        facts: [Problem.Fact("program", program)],
        hint: "Run that program by hand with the same role; the role may lack a privilege."
      )
    }
    if !piece.isEmpty { pieces.append(try store(piece)) }
    return pieces
  }
}
