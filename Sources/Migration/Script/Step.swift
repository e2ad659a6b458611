internal import Bytes
internal import Cryptography
internal import SQLSyntax

/// What one commit of a script holds.
public struct Step: Sendable {
  /// The statements between two commits: one, or those between the script's own BEGIN and COMMIT.
  public var statements: [Statement]
  /// Whether it runs outside any transaction: it must, or it is code that may commit by itself.
  public var isBare: Bool {
    guard statements.count == 1 else { return false }
    let syntax = statements[0].syntax
    return !syntax.canRunInTransaction || syntax.runsCode
  }

  /// SHA-256 of what is sent, in hexadecimal; comments between statements are no part of it.
  func digest() throws -> String {
    let parts = statements.map { Array($0.text.utf8) + [0] + ($0.copyData ?? []) + [0] }
    return Hex.text(try SHA256.hash(Array(parts.joined())))
  }
}

extension Script {
  /// The steps in which the script commits.
  ///
  /// A script in one transaction is one step: its own leading BEGIN and final COMMIT are absorbed,
  /// for the runner begins and commits. A `no-transaction` script commits after each statement and
  /// at each COMMIT of its own.
  public var steps: [Step] {
    directives.isOutsideTransaction ? separateSteps : [Step(statements: body)]
  }

  /// The statements without the script's own leading BEGIN and final COMMIT.
  public var body: [Statement] {
    ownsTransaction ? Array(statements.dropFirst().dropLast()) : statements
  }

  /// Whether it begins with a plain BEGIN and ends with a plain COMMIT.
  var ownsTransaction: Bool {
    statements.count > 1 && statements.first?.syntax.transactionControl == .begin(hasModes: false)
      && statements.last?.syntax.transactionControl == .commit(chains: false)
  }

  private var separateSteps: [Step] {
    var steps: [Step] = []
    var group: [Statement]?
    for statement in statements {
      switch statement.syntax.transactionControl {
      case .begin: group = []
      case .commit:
        if let group, !group.isEmpty { steps.append(Step(statements: group)) }
        group = nil
      default:
        if group == nil {
          steps.append(Step(statements: [statement]))
        } else {
          group?.append(statement)
        }
      }
    }
    return steps
  }
}
