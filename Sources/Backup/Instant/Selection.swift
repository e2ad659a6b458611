internal import Bytes
internal import Catalog
internal import Problems

/// Which relations a backup takes, by the patterns that `pg_dump` knows.
///
/// A pattern is a name, or schema and name with a dot; `*` and `?` stand for any characters.
struct Selection {
  let options: BackupOptions

  func of(_ relations: [Relation]) throws -> [Relation] {
    let included = options.tables.map(TablePattern.init)
    let excluded = (options.excludedTables + options.excludedData).map(TablePattern.init)
    for (pattern, text) in zip(included, options.tables)
    where !relations.contains(where: { pattern.matches($0.name) }) {
      throw Problem(
        .usage,
        code: "backup.no-such-table",
        "no table matches \(text)",
        hint: "Write schema.name; * and ? stand for any characters."
      )
    }
    return relations.filter { relation in
      guard options.schemas.isEmpty || isChosen(relation.name.schema) else {
        return false
      }
      let isIn = included.isEmpty || included.contains { $0.matches(relation.name) }
      return isIn && !excluded.contains { $0.matches(relation.name) }
    }
  }

  private func isChosen(_ schema: String) -> Bool {
    options.schemas.contains { $0.isExactly(schema) }
  }
}
