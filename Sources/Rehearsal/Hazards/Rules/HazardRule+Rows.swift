internal import Reports
internal import SQLSyntax

extension HazardRule {
  /// From here on one statement's rows are worth a backfill in batches.
  static let manyRows = 10_000

  /// What writes rows.
  static let rows = [
    HazardRule(.largeWrite) { evidence in
      evidence.steps.flatMap { step in
        step.actions.compactMap { action in
          guard case .write(let command, let name) = action, let table = evidence.table(name),
            step.observation.rows >= manyRows, step.observation.batches == nil
          else { return nil }
          let rows = Quantity.count(step.observation.rows, "row", "rows")
          var finding = evidence.finding(
            .largeWrite,
            step,
            tables: [table.quoted],
            "\(command) of \(rows) of \(table.quoted), which stay locked until COMMIT",
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
