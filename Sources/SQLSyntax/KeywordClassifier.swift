/// Judges a statement that the parser does not understand by its first keywords.
///
/// It errs on the careful side: what might not run in a transaction is said not to.
enum KeywordClassifier {
  /// How many words are looked at; options that matter stand near the front.
  private static let wordLimit = 24

  static func classify(_ statement: [UInt8], reason: String) -> StatementSyntax {
    var syntax = StatementSyntax(kind: StatementSyntax.opaqueKind)
    syntax.opaqueReason = reason
    let words = leadingWords(statement)
    guard let first = words.first else { return syntax }
    let second = words.dropFirst().first ?? ""
    syntax.transactionControl = transactionControl(first, second)
    syntax.canRunInTransaction = canRunInTransaction(words, second)
    syntax.isClusterWide = isClusterWide(first, second)
    syntax.loadsLibrary = first == "load"
    syntax.runsCode = first == "do" || first == "call"
    syntax.affectsOwnedObjects = (first == "drop" || first == "reassign") && second == "owned"
    syntax.settings = settings(words)
    syntax.copy = first == "copy" ? copyTarget(words) : nil
    syntax.schemas = SchemaMentions.qualifiers(inCode: statement)
    return syntax
  }

  private static func transactionControl(
    _ first: String,
    _ second: String
  ) -> StatementSyntax.TransactionControl? {
    switch first {
    case "begin": return .begin(hasModes: true)
    case "start": return second == "transaction" ? .begin(hasModes: true) : nil
    case "commit", "end": return second == "prepared" ? .twoPhase : .commit(chains: true)
    case "abort": return .rollback
    case "rollback": return .rollback
    case "savepoint", "release": return .savepoint
    case "prepare": return second == "transaction" ? .twoPhase : nil
    default: return nil
    }
  }

  private static func canRunInTransaction(_ words: [String], _ second: String) -> Bool {
    let first = words[0]
    if first == "vacuum" || words.contains("concurrently") { return false }
    let creates = first == "create" || first == "drop"
    if creates, ["database", "tablespace", "subscription"].contains(second) { return false }
    if first == "alter", second == "system" || second == "subscription" { return false }
    if first == "reindex" || first == "cluster" || first == "repack" { return false }
    return !(first == "discard" && second == "all")
  }

  private static func isClusterWide(_ first: String, _ second: String) -> Bool {
    let shared = ["database", "tablespace", "role", "user", "group", "subscription", "system"]
    return ["create", "alter", "drop"].contains(first) && shared.contains(second)
  }

  private static func settings(_ words: [String]) -> Set<String> {
    guard words[0] == "set" || words[0] == "reset" else { return [] }
    let name = words.dropFirst().first { $0 != "local" && $0 != "session" }
    return [name == "all" ? "*" : (name ?? "*")]
  }

  private static func copyTarget(_ words: [String]) -> StatementSyntax.CopyTarget {
    if words.contains("program") { return .program }
    if words.contains("stdin") { return .fromClient }
    return words.contains("stdout") ? .toClient : .serverFile
  }

  /// The first words in lower case, comments and quoted texts left out.
  private static func leadingWords(_ statement: [UInt8]) -> [String] {
    var words: [String] = []
    var word: [UInt8] = []
    for byte in CodeBytes(statement) {
      if SchemaMentions.isWordByte(byte) {
        word.append(byte)
        continue
      }
      if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self).lowercased()) }
      word = []
      if words.count == wordLimit { return words }
    }
    if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self).lowercased()) }
    return words
  }
}

/// The bytes of a statement with comments and single-quoted texts replaced by one blank each.
private struct CodeBytes: Sequence, IteratorProtocol {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func next() -> UInt8? {
    guard position < bytes.count else { return nil }
    if starts("--") { return skip(until: "\n") }
    if starts("/*") { return skip(until: "*/") }
    if starts("'") {
      position += 1
      return skip(until: "'")
    }
    position += 1
    return bytes[position - 1]
  }

  private func starts(_ token: String) -> Bool {
    bytes[position...].starts(with: token.utf8)
  }

  private mutating func skip(until token: String) -> UInt8 {
    while position < bytes.count, !starts(token) { position += 1 }
    position = Swift.min(position + token.utf8.count, bytes.count)
    return UInt8(ascii: " ")
  }
}
