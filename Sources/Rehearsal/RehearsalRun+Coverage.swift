public import Snapshot

extension RehearsalRun.Result {
  /// How much of each table that the patches touch was there.
  ///
  /// - Parameters:
  ///   - content: The snapshot.
  ///   - rows: How much of its rows was restored.
  /// - Returns: The coverage of each table, by its name as SQL writes it; views, and tables that the
  ///   rehearsed patches made themselves, are left out.
  public func coverage(
    in content: SnapshotContent,
    _ rows: RehearsalRun.Rows = .all
  ) -> [String: Coverage] {
    let known = SnapshotRows(content, rows, expected: expected)
    var coverage: [String: Coverage] = [:]
    for table in Set(patches.flatMap(\.statements.touchedTables)) {
      coverage[table] = known.coverage(of: table)
    }
    return coverage
  }
}
