internal import Catalog

extension [Observation] {
  /// Tables whose rows statements wrote, wrote again or threw away.
  private var writtenTables: Set<String> {
    Set(
      flatMap { statement in
        statement.changes.filter { $0.inserted + $0.updated + $0.deleted > 0 }.map(\.table)
          + statement.rewrites.map(\.table)
          + statement.dropped.filter { $0.kind == "table" }.map(\.name)
      }
    )
  }

  /// The same, with tables that came or went and those of columns that went or changed: a dropped
  /// column takes values along and writes nothing.
  func writtenTables(_ changes: ChangeSet?) -> Set<String> {
    guard let changes else { return writtenTables }
    let structure = { (objects: [SchemaObject], kind: String) in
      objects.filter { $0.part == .structure && $0.kind == kind }.map(\.name)
    }
    let tables = structure(changes.added.map(\.object) + changes.removed, "table")
    let columns = structure(changes.changed.map(\.object) + changes.removed, "column")
    return writtenTables.union(tables).union(columns.map(Self.table(ofColumn:)))
  }

  /// `public."A b"` of `public."A b"."c.d"`.
  static func table(ofColumn name: String) -> String {
    guard name.hasSuffix("\"") else {
      return String(name[..<(name.lastIndex(of: ".") ?? name.endIndex)])
    }
    // A quote within the name is doubled, so the one that begins it stands behind a dot.
    let begin = name.dropLast().ranges(of: ".\"").last?.lowerBound
    return String(name[..<(begin ?? name.endIndex)])
  }
}
