internal import Bytes
internal import Problems

extension Backfill {
  /// Reads what follows `backfill`: `TABLE [as ALIAS] by COLUMN[, COLUMN]`; nil when it is no such
  /// text.
  init?(_ words: [String]) {
    var rest = words[...]
    guard let table = rest.popFirst(), Self.isOneTerm(table) else { return nil }
    var alias: String?
    if rest.first == "as" {
      rest.removeFirst()
      alias = rest.popFirst()
      guard let alias, Self.isOneTerm(alias) else { return nil }
    }
    guard rest.popFirst() == "by" else { return nil }
    let key = rest.joined(separator: " ").split(separator: ",", omittingEmptySubsequences: false)
      .map { String($0).trimmed }
    guard !key.isEmpty, key.allSatisfy({ !$0.contains(" ") && Self.isOneTerm($0) }) else {
      return nil
    }
    self.init(table: table, alias: alias, key: key, left: "")
  }

  /// Whether a text can stand in parentheses without ending them, or the statement around it.
  static func isOneTerm(_ text: String) -> Bool {
    guard !text.isEmpty, !text.contains(";"),
      let pieces = try? StatementSplitter.split(Array(text.utf8))
    else { return false }
    return pieces.count { $0.kind == .statement } == 1
      && pieces.allSatisfy { $0.kind == .statement || $0.kind == .blank }
  }
}
