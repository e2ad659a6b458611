internal import Bytes
internal import Catalog
internal import Snapshot

/// How many rows the snapshot has of each table, and how many of them a rehearsal.
struct SnapshotRows: Sendable {
  /// What is stored of one table.
  struct Stored: Sendable {
    /// How many rows.
    var rows: Int
    /// About how large they are, in bytes.
    var bytes: Int
    /// How much of them the scratch has.
    var coverage: Coverage
  }

  private let tables: [String: Stored]
  private let kept: RehearsalRun.Rows
  /// What production has when it migrates: as backup saw it, caught up.
  private let expected: SchemaFingerprint

  init(_ content: SnapshotContent, _ rows: RehearsalRun.Rows, expected: SchemaFingerprint) {
    self.expected = expected
    kept = rows
    var tables: [String: Stored] = [:]
    for table in content.manifest.tables {
      tables["\(table.schema).\(table.name)"] = Stored(
        rows: table.rows,
        bytes: table.pages > 0 ? table.pages * Self.pageSize : table.bytes,
        coverage: rows.coverage(of: table)
      )
    }
    self.tables = tables
  }

  /// The bytes of a page, as every build of PostgreSQL that we know has them.
  private static let pageSize = 8192

  /// What the snapshot has of a table, by its name as SQL writes it.
  func stored(_ table: String) -> Stored? { tables[Self.unquoted(table)] }

  /// Whether production has the table and the snapshot no rows of it: another patch made it since.
  func isUnseen(_ table: String) -> Bool {
    coverage(of: table) == Coverage.none && stored(table) == nil
  }

  /// How much of a table was there.
  ///
  /// Views have no rows, and what the rehearsed patches made themselves is as empty in production
  /// when they run there: both have none. A table that another patch made after the snapshot was
  /// empty here, whatever it holds now.
  func coverage(of table: String) -> Coverage? {
    if let found = stored(table) { return found.coverage }
    guard let text = expected[SchemaObject(.structure, "table", table)] else { return nil }
    // A partitioned table's rows are those of its partitions, and the snapshot is whole.
    return text.hasPrefix("partitioned table") ? kept.coverage : Coverage.none
  }

  /// A name without the quotes that the server's `%I` writes where SQL needs them.
  private static func unquoted(_ name: String) -> String {
    // No name has a zero byte, so it can stand for a quote that is part of one.
    name.escaping(["\"": "\u{0}"]).replacing("\u{0}\u{0}", with: "\u{1}")
      .escaping(["\u{0}": ""]).replacing("\u{1}", with: "\"")
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
