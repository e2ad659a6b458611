/// A foreign key's definition as PostgreSQL writes it, taken apart; nothing else is one.
struct ForeignKeyDefinition: Sendable, Equatable {
  /// The columns that refer.
  private(set) var columns: [String] = []
  /// The schema of the table that they refer to; nil where it is not said.
  private(set) var schema: String?
  /// That table.
  private(set) var table = ""
  /// The columns there.
  private(set) var referenced: [String] = []
  /// Whether the last column is a period, for which rows are not compared one by one.
  private(set) var isTemporal = false

  /// What may follow the columns, beside lists of columns (manual, CREATE TABLE).
  private static let words: Set = [
    "match", "full", "partial", "simple", "on", "update", "delete", "no", "action", "restrict",
    "cascade", "set", "null", "default", "not", "deferrable", "initially", "deferred", "immediate",
    "enforced", "valid",
  ]

  /// Reads `FOREIGN KEY (a) REFERENCES s.t(b) ...`; nil for anything else, and anything more.
  init?(_ text: String) {
    var rest = Array(DefinitionTokens(Array(text.utf8)))[...]
    guard rest.take("foreign"), rest.take("key"), let columns = rest.takeColumns(&isTemporal),
      rest.take("references"), let first = rest.popFirst()?.name
    else { return nil }
    table = first
    if rest.take(sign: ".") {
      guard let second = rest.popFirst()?.name else { return nil }
      (schema, table) = (first, second)
    }
    guard let referenced = rest.takeColumns(&isTemporal) else { return nil }
    (self.columns, self.referenced) = (columns, referenced)
    var isWhatever = false
    while !rest.isEmpty {
      if let word = rest.first?.word, Self.words.contains(word) {
        rest.removeFirst()
      } else {
        guard rest.takeColumns(&isWhatever) != nil else { return nil }
      }
    }
  }
}

extension ArraySlice<DefinitionTokens.Token> {
  /// Takes a keyword; false where another token comes.
  fileprivate mutating func take(_ word: String) -> Bool {
    guard first?.word == word else { return false }
    removeFirst()
    return true
  }

  /// Takes a character; false where another token comes.
  fileprivate mutating func take(sign: Character) -> Bool {
    guard case .sign(let byte)? = first?.kind, byte == sign.asciiValue else { return false }
    removeFirst()
    return true
  }

  /// Takes columns in parentheses; nil where none come.
  fileprivate mutating func takeColumns(_ isTemporal: inout Bool) -> [String]? {
    guard take(sign: "(") else { return nil }
    var columns: [String] = []
    repeat {
      guard let token = popFirst(), let name = token.name else { return nil }
      // A column can have that name too.
      if token.word == "period", let column = first?.name {
        isTemporal = true
        removeFirst()
        columns.append(column)
      } else {
        columns.append(name)
      }
    } while take(sign: ",")
    return take(sign: ")") ? columns : nil
  }
}
