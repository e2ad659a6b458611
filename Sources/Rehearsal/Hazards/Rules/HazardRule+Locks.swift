internal import Migration
internal import Reports
internal import SQLSyntax

extension HazardRule {
  /// What keeps or takes a lock that stops others.
  static let locks = [
    HazardRule(.lockHeld) { evidence in heldLocks(evidence) },
    HazardRule(.repeatedAlter) { evidence in repeatedAlters(evidence) },
    HazardRule(.indexDrop) { evidence in
      evidence.steps.flatMap { step -> [Finding] in
        step.actions.flatMap { action -> [Finding] in
          guard case .drop("OBJECT_INDEX", let names, isConcurrent: false, _) = action else {
            return []
          }
          return names.filter { evidence.before.index($0) != nil }.map { name in
            evidence.finding(
              .indexDrop,
              step,
              tables: step.stoppedTables,
              "drops index \(name.name) while nobody can use its table"
            )
          }
        }
      }
    },
    HazardRule(.partitionDetach) { evidence in
      evidence.steps.flatMap { step in
        step.actions.compactMap { action in
          guard case .detach(let name, isConcurrent: false) = action,
            let table = evidence.table(name)
          else { return nil }
          return evidence.finding(
            .partitionDetach,
            step,
            tables: [table.quoted],
            "detaches a part of \(table.quoted) while nobody can use it"
          )
        }
      }
    },
  ]

  /// Locks that were taken by one statement and held through others.
  private static func heldLocks(_ evidence: Evidence) -> [Finding] {
    var seen: Set<Int> = []
    return evidence.steps.compactMap { step in
      guard !step.heldLocks.isEmpty, !step.isHarmless, !seen.contains(step.transaction) else {
        return nil
      }
      seen.insert(step.transaction)
      let rest = evidence.steps.filter {
        $0.transaction == step.transaction && $0.statement.number >= step.statement.number
      }
      let seconds = rest.reduce(0) { $0 + $1.observation.seconds }
      let tables = Set(step.heldLocks.map(\.table)).sorted()
      let hold = evidence.hold(of: step.transaction)
      let more = Quantity.count(rest.count, "more statement runs", "more statements run")
      var finding = evidence.finding(
        .lockHeld,
        step,
        tables: tables,
        "\(more) (\(Quantity.duration(.seconds(seconds)))) while the transaction holds"
          + " \(step.heldLocks.strongest) on \(tables.joined(separator: ", ")),"
          + " \(Quantity.duration(.seconds(hold.seconds))) from the first lock to COMMIT"
      )
      finding.countOnlyTime(hold.untold)
      return finding
    }
  }

  /// Tables that more than one ALTER TABLE of the patch reads or writes in full.
  private static func repeatedAlters(_ evidence: Evidence) -> [Finding] {
    var altered: Set<String> = []
    var findings: [Finding] = []
    for step in evidence.steps where step.statement.syntax.kind == "AlterTableStmt" {
      guard let table = step.actions.lazy.compactMap(\.table).first.flatMap(evidence.table),
        step.worksThrough(table.quoted)
      else { continue }
      if !altered.insert(table.quoted).inserted {
        findings.append(
          evidence.finding(
            .repeatedAlter,
            step,
            tables: [table.quoted],
            "reads or writes all of \(table.quoted) once more than one ALTER TABLE would"
          )
        )
      }
    }
    return findings
  }
}

extension Evidence.Step {
  /// Tables that it locked against writers itself.
  var stoppedTables: [String] {
    Set(newLocks.filter(\.stopsWriters).map(\.table)).sorted()
  }

  /// Settings and savepoints take no time that anybody would feel.
  fileprivate var isHarmless: Bool {
    ["VariableSetStmt", "TransactionStmt", "CommentStmt"].contains(statement.syntax.kind)
  }

  fileprivate func worksThrough(_ table: String) -> Bool {
    observation.scans.contains { $0.table == table }
      || observation.rewrites.contains { $0.table == table }
  }
}
