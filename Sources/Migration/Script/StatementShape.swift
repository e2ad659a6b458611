/// What must be remembered while a statement is read: what is open, and whether it is a COPY.
struct StatementShape {
  private var words: [String] = []
  private var parentheses: [Int] = []
  /// Offsets of `BEGIN ATOMIC` and of each `CASE` inside it; `END` closes the innermost.
  private var bodies: [Int] = []
  private var previous: SQLScanner.Token = .blank
  private var previousOffset = 0
  private var sawCopySource = false
  private(set) var isCopyFromClient = false

  /// Whether a semicolon would end the statement here.
  var isClosed: Bool { parentheses.isEmpty && bodies.isEmpty }

  /// What is still open, the innermost first.
  var openFailure: SQLScanner.Failure? {
    if let offset = parentheses.last {
      return SQLScanner.Failure(cause: .openParenthesis, offset: offset)
    }
    return bodies.first.map { SQLScanner.Failure(cause: .openBody, offset: $0) }
  }

  mutating func take(_ token: SQLScanner.Token, at offset: Int) {
    switch token {
    case .blank, .comment: return
    case .openParenthesis: parentheses.append(offset)
    case .closeParenthesis: _ = parentheses.popLast()
    case .word(let word): take(word, at: offset)
    case .quoted where previous == .word("from"): sawCopySource = true
    default: break
    }
    previous = token
    previousOffset = offset
  }

  private mutating func take(_ word: String, at offset: Int) {
    if words.count < 4 { words.append(word) }
    if parentheses.isEmpty, words.first == "copy", previous == .word("from"), !sawCopySource {
      sawCopySource = true
      // The grammar takes either word for the client, whatever the direction.
      isCopyFromClient = word == "stdin" || word == "stdout"
    }
    guard isRoutine else { return }
    if word == "atomic", previous == .word("begin"), bodies.isEmpty {
      bodies.append(previousOffset)
    } else if word == "case", !bodies.isEmpty, !isLabel {
      bodies.append(offset)
    } else if word == "end", !bodies.isEmpty, !isLabel {
      bodies.removeLast()
    }
  }

  /// After `AS` or a dot even a reserved word is a name: `SELECT 1 AS end`, `t.case`.
  private var isLabel: Bool { previous == .word("as") || previous == .dot }

  private var isRoutine: Bool {
    guard words.first == "create" else { return false }
    let object =
      words.dropFirst().first == "or" ? words.dropFirst(3).first : words.dropFirst().first
    return object == "function" || object == "procedure"
  }
}
