import Backup
import Repository
import Snapshot

/// Where a snapshot says something else than the server did.
struct Difference: Sendable, CustomStringConvertible {
  let description: String

  /// Everything in which a backup departs from what an oracle saw at its instant; an alarm too,
  /// since each means that this snapshot or its parent is wrong.
  static func between(
    _ result: BackupRun.Result,
    in repository: Repository,
    _ oracle: Oracle
  ) throws -> [Difference] {
    let content = try SnapshotContent(opening: result.snapshot, in: repository)
    let alarms = result.alarms.map {
      Difference(description: "alarm: \($0.table), pages \($0.pages.prefix(20))")
    }
    return try alarms + between(content, oracle)
  }

  private static func between(
    _ content: SnapshotContent,
    _ oracle: Oracle
  ) throws -> [Difference] {
    let reader = try content.repository.makeReader()
    let claimed = content.manifest.tables.filter { $0.schema == "public" }
    let truth = oracle.tables
    guard Set(claimed.map(\.name)) == Set(truth.keys) else {
      let names = claimed.map(\.name).sorted()
      return [Difference(description: "tables \(names) instead of \(truth.keys.sorted())")]
    }
    return try claimed.flatMap { table -> [Difference] in
      guard let truth = truth[table.name] else { return [] }
      let claim = try TableText(of: table, in: content, reader)
      return found(claim, truth, table).map {
        Difference(
          description: "\(table.name), \(table.reading.way) (\(table.reading.reason)): \($0)"
        )
      }
    }
  }

  private static func found(
    _ claim: TableText,
    _ truth: TableText,
    _ table: Manifest.Table
  ) -> [String] {
    var found: [String] = []
    let wrong = Set(claim.pages.keys).union(truth.pages.keys)
      .filter { claim.pages[$0] != truth.pages[$0] }.sorted()
    if !wrong.isEmpty {
      found.append("\(wrong.count) pages of \(table.pages) are wrong: \(wrong.prefix(20))")
    }
    if table.rows != truth.rows || claim.rows != truth.rows {
      found.append("\(table.rows) rows, in stripes \(claim.rows), truly \(truth.rows)")
    }
    if table.digest != truth.digest || claim.digest != truth.digest {
      found.append("its digest is not that of the rows")
    }
    return found
  }
}
