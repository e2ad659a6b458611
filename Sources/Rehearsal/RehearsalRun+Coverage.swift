internal import Catalog
public import Snapshot

extension RehearsalRun.Result {
  /// How much of each table that the patches touch was there.
  ///
  /// Views have no rows, and what the rehearsed patches made themselves is as empty in production
  /// when they run there; both are left out. A table that another patch made after the snapshot was
  /// empty here, whatever it holds now.
  ///
  /// - Parameters:
  ///   - content: The snapshot.
  ///   - rows: How much of its rows was restored.
  /// - Returns: The coverage of each table, by its name as SQL writes it.
  public func coverage(
    in content: SnapshotContent,
    _ rows: RehearsalRun.Rows = .all
  ) -> [String: Coverage] {
    let tables = content.manifest.tables
    let stored = Dictionary(tables.map { ("\($0.schema).\($0.name)", rows.coverage(of: $0)) }) {
      one,
      _ in one
    }
    var coverage: [String: Coverage] = [:]
    for table in Set(patches.flatMap(\.statements.touchedTables)) {
      if let found = stored[Self.unquoted(table)] {
        coverage[table] = found
      } else if let text = expected[SchemaObject(.structure, "table", table)] {
        // A partitioned table's rows are those of its partitions, and the snapshot is whole.
        coverage[table] = text.hasPrefix("partitioned table") ? rows.coverage : Coverage.none
      }
    }
    return coverage
  }

  /// A name without the quotes that the server's `%I` writes where SQL needs them.
  private static func unquoted(_ name: String) -> String {
    name.replacing("\"\"", with: "\u{0}").replacing("\"", with: "")
      .replacing("\u{0}", with: "\"")
  }
}

extension RehearsalRun.Rows {
  /// What is there of any table.
  fileprivate var coverage: Coverage {
    switch self {
    case .all: .whole
    case .sample: .sample
    case .none: Coverage.none
    }
  }

  /// What is there of a table; a small one is whole in a sample too.
  fileprivate func coverage(of table: Manifest.Table) -> Coverage {
    if case .sample(let rows) = self, table.rows <= rows { return .whole }
    return coverage
  }
}
