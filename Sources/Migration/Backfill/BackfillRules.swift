internal import Problems
internal import SQLSyntax

/// Judges a backfill by its text, and keeps what belongs to one out of every other patch.
enum BackfillRules {
  /// Everything that is wrong with a script for the kind of patch that its file's name says.
  static func problems(in script: Script, isBackfill: Bool) -> [Problem] {
    guard isBackfill else {
      return script.directives.ofBackfill.prefix(1).map { word in
        problem(
          "'\(word)' is for backfills",
          script,
          "Name the file after its kind: 0007_fill_totals.backfill.sql."
        )
      }
    }
    guard let backfill = script.backfill else { return [incomplete(script)] }
    return statementProblems(in: script, backfill) + directiveProblems(in: script)
  }

  private static func incomplete(_ script: Script) -> Problem {
    let missing = script.directives.target == nil ? "backfill" : "left"
    return problem(
      "a backfill needs the directive '\(missing)'",
      script,
      missing == "left"
        ? "Write at the head what holds for rows that are still to do:"
          + " -- drydock: left total IS NULL"
        : "Write at the head whose rows are counted off, by which unique key:"
          + " -- drydock: backfill shop.orders by id"
    )
  }

  private static func directiveProblems(in script: Script) -> [Problem] {
    guard script.directives.locksFirst else { return [] }
    return [
      problem(
        "'lock-first' has no place in a backfill",
        script,
        "Each batch is a transaction of its own, and holds what it locks for that long only."
      )
    ]
  }

  private static func statementProblems(in script: Script, _ backfill: Backfill) -> [Problem] {
    guard script.statements.count == 1, let statement = script.statements.first else {
      return [
        problem(
          "a backfill has one statement, not \(script.statements.count)",
          script,
          "Put what comes before or after into patches of their own; a function can do several"
            + " things to a range: SELECT fill(:from, :to)"
        )
      ]
    }
    let syntax = statement.syntax
    if syntax.transactionControl != nil || !syntax.canRunInTransaction || syntax.copy != nil {
      return [
        problem(
          "this statement cannot be run batch by batch",
          script,
          "Write an UPDATE, DELETE, INSERT ... SELECT or SELECT; each batch is one transaction."
        )
      ]
    }
    let used = script.batchVariables
    guard used.contains(.batch) || used.isSuperset(of: [.from, .to]) else {
      return [
        problem(
          "the statement does not say where a batch begins and ends",
          script,
          "Let its WHERE hold :batch, which stands for the batch's rows that are left; or :from and"
            + " :to, the first and the last key."
        )
      ]
    }
    guard backfill.criteria.isEmpty || used.contains(.batch) else {
      return [
        problem(
          "the statement chooses its rows by :from and :to, so nothing else can select among them",
          script,
          "Let its WHERE hold :batch, or run it without --where and --except."
        )
      ]
    }
    return []
  }

  private static func problem(_ what: String, _ script: Script, _ hint: String) -> Problem {
    let place = script.statements.first?.place ?? "\(script.file):1:1"
    return Problem(.refused, code: "patch.backfill", "\(place): \(what)", hint: hint)
  }
}
