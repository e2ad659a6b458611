internal import Postgres

/// Statements of `pg_dump` about a database itself, turned towards one of another name.
struct DatabaseStatements {
  private let script: String
  private let old: String

  /// Takes what `pg_restore --create` writes of a database.
  init(_ script: String, of database: String) {
    self.script = script
    old = database
  }

  /// Comment, labels, rights and settings for another database; not its creation and its owner.
  func statements(for new: String) -> [String] {
    let bytes = Array(script.utf8)
    var found: [String] = []
    var statement: [DefinitionTokens.Token] = []
    for token in DefinitionTokens(bytes) {
      switch token.kind {
      case .comment, .meta: continue
      default: statement.append(token)
      }
      guard token.isEnd else { continue }
      if let text = turned(statement, bytes, new) { found.append(text) }
      statement = []
    }
    return found
  }

  /// The statement with the other name; nil for one that is not about the database's properties.
  private func turned(
    _ tokens: [DefinitionTokens.Token],
    _ bytes: [UInt8],
    _ new: String
  ) -> String? {
    let words = tokens.map { $0.word ?? "" }
    let place = zip(words, tokens.dropFirst()).enumerated().first { _, pair in
      pair.0 == "database" && pair.1.name == old
    }?.offset
    guard let place, let first = tokens.first, let last = tokens.last,
      ["alter", "comment", "grant", "revoke", "security"].contains(words[0]),
      !words.contains("owner")
    else { return nil }
    let name = tokens[place + 1].range
    let head = bytes[first.range.lowerBound..<name.lowerBound]
    let tail = bytes[name.upperBound..<last.range.lowerBound]
    return String(decoding: head + Array(SQL.identifier(new).utf8) + tail, as: UTF8.self)
  }
}
