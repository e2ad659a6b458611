internal import Problems
internal import SQLSyntax

/// What a patch must not do unless its author says why.
///
/// These are refused from the text, before anything runs, because they reach outside what a
/// rehearsal can try or a rollback can take back.
public enum ForbiddenAct: String, Sendable, CaseIterable {
  /// The ledger is the runner's own.
  case touchesLedger = "touches-ledger"
  /// `DROP OWNED` and `REASSIGN OWNED` can take the ledger with them.
  case affectsOwnedObjects = "owned-objects"
  /// The runner keeps lock and statement timeouts finite.
  case changesTimeouts = "changes-timeouts"
  /// `session_replication_role` switches off triggers and foreign keys.
  case changesReplicationRole = "changes-replication-role"
  /// `COPY` with a program runs a command on the server.
  case copiesThroughProgram = "copy-program"
  /// `COPY` with a file reads or writes the server's disk.
  case copiesServerFile = "copy-server-file"
  /// `LOAD` runs a library in the server.
  case loadsLibrary = "loads-library"
  /// What all databases of the server share can be neither rehearsed nor rolled back.
  case isClusterWide = "cluster-wide"

  /// What the statement does, as the end of a sentence.
  var sentence: String {
    switch self {
    case .touchesLedger: "touches schema drydock, which holds the ledger"
    case .affectsOwnedObjects: "drops or hands over all that a role owns, perhaps the ledger"
    case .changesTimeouts: "changes a timeout, or all settings at once"
    case .changesReplicationRole: "changes session_replication_role, which disables triggers"
    case .copiesThroughProgram: "runs a program on the server"
    case .copiesServerFile: "reads or writes a file of the server"
    case .loadsLibrary: "loads a library into the server"
    case .isClusterWide: "changes what all databases of the server share"
    }
  }

  /// What a statement does of these.
  static func acts(of syntax: StatementSyntax) -> [ForbiddenAct] {
    allCases.filter { $0.isDone(by: syntax) }
  }

  private func isDone(by syntax: StatementSyntax) -> Bool {
    switch self {
    case .touchesLedger: syntax.schemas.contains(Ledger.schema)
    case .affectsOwnedObjects: syntax.affectsOwnedObjects
    case .changesTimeouts:
      syntax.settings.contains { $0 == "*" || $0.hasSuffix("_timeout") }
    case .changesReplicationRole: syntax.settings.contains("session_replication_role")
    case .copiesThroughProgram: syntax.copy == .program
    case .copiesServerFile: syntax.copy == .serverFile
    case .loadsLibrary: syntax.loadsLibrary
    case .isClusterWide: syntax.isClusterWide
    }
  }
}

/// Judges scripts by their text.
enum PatchRules {
  /// Everything that is wrong with a script.
  static func problems(in script: Script) -> [Problem] {
    transactionProblems(in: script) + actProblems(in: script)
  }

  /// What is wrong with a verify script, which only looks and runs inside the patch's transaction.
  static func problems(inVerify script: Script) -> [Problem] {
    guard !script.directives.isOutsideTransaction else {
      return [
        Problem(
          .refused,
          code: "patch.verify",
          "\(script.file): a verify file cannot ask for no-transaction",
          hint: "It runs inside a transaction that is rolled back: assertions leave nothing behind."
        )
      ]
    }
    return problems(in: script)
  }

  /// What Flyway would replace before it sends the script, which nobody does here.
  static func placeholders(in script: Script) -> [Problem] {
    script.statements.compactMap { statement in
      guard let found = statement.text.firstMatch(of: /\$\{[A-Za-z][A-Za-z0-9_.:-]*\}/) else {
        return nil
      }
      return Problem(
        .refused,
        code: "patch.placeholder",
        "\(statement.place): the statement holds \(found.output), which Flyway would replace",
        hint: "Write its value into the script, or keep it in a file that \\i includes."
      )
    }
  }

  private static func actProblems(in script: Script) -> [Problem] {
    script.statements.flatMap { statement in
      ForbiddenAct.acts(of: statement.syntax).compactMap { act in
        guard !script.directives.allows(act.rawValue) else { return nil }
        return Problem(
          .refused,
          code: "patch.\(act.rawValue)",
          "\(statement.place): the statement \(act.sentence)",
          facts: [Problem.Fact("statement", statement.headline)],
          hint: "If it must be, write at the head of the file:"
            + " -- drydock: allow \(act.rawValue) because <reason>"
        )
      }
    }
  }

  private static func transactionProblems(in script: Script) -> [Problem] {
    script.directives.isOutsideTransaction
      ? separateProblems(in: script) : wholeProblems(in: script)
  }

  private static func wholeProblems(in script: Script) -> [Problem] {
    script.body.compactMap { statement in
      switch statement.syntax.transactionControl {
      case .savepoint: return nil
      case nil: return statement.syntax.canRunInTransaction ? nil : bareProblem(statement)
      case .begin(hasModes: true):
        return controlProblem(statement, "names modes; the runner begins the transaction itself")
      default:
        return controlProblem(
          statement,
          "would end or split the transaction in which the patch runs"
        )
      }
    }
  }

  private static func separateProblems(in script: Script) -> [Problem] {
    var problems: [Problem] = []
    var opening: Statement?
    for statement in script.statements {
      switch statement.syntax.transactionControl {
      case .begin(hasModes: false) where opening == nil: opening = statement
      case .commit(chains: false) where opening != nil: opening = nil
      case .savepoint where opening != nil: continue
      case nil:
        if opening != nil, !statement.syntax.canRunInTransaction {
          problems.append(bareProblem(statement))
        }
      default:
        problems.append(controlProblem(statement, "has no place here"))
      }
    }
    if let opening { problems.append(controlProblem(opening, "has no COMMIT")) }
    return problems
  }

  private static func controlProblem(_ statement: Statement, _ why: String) -> Problem {
    Problem(
      .refused,
      code: "patch.transaction-control",
      "\(statement.place): \(statement.headline.uppercased()) \(why)",
      hint: "A patch may hold one BEGIN as its first and one COMMIT as its last statement, and"
        + " savepoints; with '-- drydock: no-transaction' any number of plain BEGIN ... COMMIT."
    )
  }

  private static func bareProblem(_ statement: Statement) -> Problem {
    Problem(
      .refused,
      code: "patch.needs-no-transaction",
      "\(statement.place): the statement cannot run inside a transaction",
      facts: [Problem.Fact("statement", statement.headline)],
      hint: "Put it into a patch of its own with '-- drydock: no-transaction' at the head."
    )
  }
}
