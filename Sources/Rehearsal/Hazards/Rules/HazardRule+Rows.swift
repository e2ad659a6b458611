internal import Reports

extension HazardRule {
  /// From here on one statement's rows are worth a backfill in batches.
  static let manyRows = 10_000

  /// What writes rows, as it was counted: by code, triggers and foreign keys too.
  static let rows = [
    HazardRule(.largeWrite) { evidence in
      evidence.steps.flatMap { step in
        (step.observation.batches == nil ? step.writes(evidence) : [])
          .filter { $0.rows >= manyRows }.map { write in
            var finding = evidence.finding(
              .largeWrite,
              step,
              tables: [write.table],
              "\(write.command) of \(Quantity.count(write.rows, "row", "rows")) of \(write.table),"
                + " which stay locked until COMMIT",
              isTimed: true
            )
            // Readers are not stopped, and writers only at these rows.
            finding.figures.blockedSeconds = 0
            return finding
          }
      }
    }
  ]
}

/// Rows of one table that a statement updated or deleted.
private struct Write {
  var table: String
  var updated = 0
  var deleted = 0

  var rows: Int { updated + deleted }
  var command: String {
    deleted == 0 ? "UPDATE" : updated == 0 ? "DELETE" : "UPDATE and DELETE"
  }
}

extension Evidence.Step {
  /// What it wrote, table by table; a partition's rows count for the table that it belongs to.
  ///
  /// What is inserted stops nobody and leaves no old version.
  fileprivate func writes(_ evidence: Evidence) -> [Write] {
    var writes: [String: Write] = [:]
    for change in observation.changes {
      let table = evidence.before.ancestors(of: change.table).last ?? change.table
      writes[table, default: Write(table: table)].updated += max(0, change.updated)
      writes[table, default: Write(table: table)].deleted += max(0, change.deleted)
    }
    return writes.values.sorted { $0.table < $1.table }
  }
}
