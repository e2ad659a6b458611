internal import CPGQuery
internal import Synchronization

/// The parser of PostgreSQL 15 (libpg_query), asked about one statement at a time.
///
/// A statement in newer syntax is *opaque*, not wrong: the server has the last word. For opaque
/// statements the first keywords decide, on the careful side.
public enum Parser {
  /// A parse tree takes some thirty times the statement's size, and only bulk data is this long.
  private static let sizeLimit = 4 << 20

  /// One call at a time.
  ///
  /// libpg_query keeps its memory per thread, but some of its builds exchange the process's
  /// standard error while they parse; in turn, all of them are safe.
  private static let turn = Mutex(())

  /// Says what a statement is.
  ///
  /// The bytes are one statement without its terminator, in the encoding of its file; the parser
  /// looks at ASCII only outside quotes, so any encoding that a server can store will do.
  public static func classify(_ statement: [UInt8]) -> StatementSyntax {
    guard !statement.contains(0) else {
      return KeywordClassifier.classify(statement, reason: "it holds a zero byte")
    }
    guard statement.count <= sizeLimit else {
      return KeywordClassifier.classify(statement, reason: "it is longer than \(sizeLimit) bytes")
    }
    let outcome = turn.withLock { _ in parse(statement) }
    switch outcome {
    case .failure(let refusal):
      return KeywordClassifier.classify(statement, reason: refusal.message)
    case .success(let json):
      return classify(statement, json: json)
    }
  }

  /// Says what a statement is.
  public static func classify(_ statement: String) -> StatementSyntax {
    classify(Array(statement.utf8))
  }

  /// Where PostgreSQL's own grammar sees statements in a text of several: a witness for tests.
  ///
  /// - Parameter text: SQL without psql's commands and without rows of COPY.
  /// - Returns: The bytes of each statement, with what stands before its first token; nil where the
  ///   parser does not understand the text.
  public static func statements(in text: [UInt8]) -> [Range<Int>]? {
    let terminated = (text + [0]).map { CChar(bitPattern: $0) }
    return turn.withLock { _ in
      let result = unsafe terminated.withUnsafeBufferPointer { buffer in
        unsafe pg_query_split_with_parser(buffer.baseAddress)
      }
      defer { unsafe pg_query_free_split_result(result) }
      guard unsafe result.error == nil, let list = unsafe result.stmts else { return nil }
      return unsafe (0..<Int(result.n_stmts)).compactMap { index in
        unsafe list[index].map { one in
          let start = Int(unsafe one.pointee.stmt_location)
          let length = Int(unsafe one.pointee.stmt_len)
          return start..<(length == 0 ? text.count : start + length)
        }
      }
    }
  }

  private struct Refusal: Error {
    var message: String
  }

  private static func parse(_ statement: [UInt8]) -> Result<[UInt8], Refusal> {
    let terminated = (statement + [0]).map { CChar(bitPattern: $0) }
    let result = unsafe terminated.withUnsafeBufferPointer { buffer in
      unsafe pg_query_parse(buffer.baseAddress)
    }
    defer { unsafe pg_query_free_parse_result(result) }
    if let error = unsafe result.error {
      guard let message = unsafe error.pointee.message else {
        return .failure(Refusal(message: "the parser gave no reason"))
      }
      return .failure(Refusal(message: unsafe String(cString: message)))
    }
    guard let tree = unsafe result.parse_tree else {
      return .failure(Refusal(message: "the parser returned nothing"))
    }
    return .success(unsafe Array(String(cString: tree).utf8))
  }

  private static func classify(_ statement: [UInt8], json: [UInt8]) -> StatementSyntax {
    var reader = SyntaxTreeReader(json)
    guard let tree = try? reader.read() else {
      return KeywordClassifier.classify(statement, reason: "it is nested too deeply")
    }
    let statements = tree["stmts"]?.elements ?? []
    guard statements.count == 1, case .object(let node)? = statements.first?["stmt"],
      let (kind, body) = node.first
    else {
      return KeywordClassifier.classify(
        statement,
        reason: "it is \(statements.count) statements, not one"
      )
    }
    return TreeClassifier.classify(kind: kind, body: body)
  }
}
