internal import Postgres
internal import Problems
internal import SQLSyntax

/// Indexes that exist and do not work: leftovers of a build that failed.
///
/// `CREATE INDEX CONCURRENTLY IF NOT EXISTS` over such a leftover says nothing and succeeds, so
/// success is looked for in the catalog. An index on a partitioned table is invalid by right until
/// all its parts are attached, and is left out. It is read with the patch's own search path, so
/// operators are named with their schema.
struct InvalidIndexes {
  private let names: Set<String>

  static func read(_ connection: Connection) throws -> InvalidIndexes {
    let rows = try connection.query(
      """
      SELECT pg_catalog.concat(n.nspname, '.', c.relname) AS name
      FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.indexrelid
        JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
      WHERE NOT i.indisvalid AND c.relkind OPERATOR(pg_catalog.=) 'i'
      """,
      []
    )
    return InvalidIndexes(names: Set(rows.map { $0.string("name") }))
  }

  /// Throws when an index is invalid that was not, or that the script itself creates.
  func requireNoneNew(_ script: Script, _ connection: Connection) throws {
    let created = script.statements.filter { $0.syntax.indexedTable != nil }
      .flatMap(\.syntax.indexes)
    let bad = try Self.read(connection).names.filter { name in
      !names.contains(name) || created.contains { name.hasSuffix(".\($0.name)") }
    }
    guard !bad.isEmpty else { return }
    throw Problem(
      script.directives.isOutsideTransaction ? .partial : .failed,
      code: "migrate.invalid-index",
      "after \(script.file) an index does not work: \(bad.sorted().joined(separator: ", "))",
      reason: "pg_index.indisvalid is false; the server keeps it up to date and never uses it",
      hint: "It is what a failed build leaves behind: DROP INDEX CONCURRENTLY it, then run the"
        + " patch again."
    )
  }
}
