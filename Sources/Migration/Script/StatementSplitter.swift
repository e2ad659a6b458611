/// Splits a patch file into statements without losing a byte.
///
/// A statement ends at a semicolon outside quotes, comments, parentheses (`CREATE RULE ... DO (a; b)`)
/// and `BEGIN ATOMIC ... END` bodies. Nothing is interpreted beyond that, so a file that the parser
/// does not understand is split all the same.
public struct StatementSplitter {
  private var scanner: SQLScanner
  private let lines: LineMap
  private var pieces: [SourcePiece] = []
  /// Where the piece begins that is being read.
  private var start = 0

  private init(_ bytes: [UInt8]) {
    scanner = SQLScanner(bytes)
    lines = LineMap(bytes)
  }

  /// Splits the bytes of a file.
  ///
  /// - Parameter bytes: The whole file, in any encoding that a server can store.
  /// - Returns: The pieces, which put together are the file.
  /// - Throws: `SplitFailure` with the place where what never ends began.
  public static func split(_ bytes: [UInt8]) throws(SplitFailure) -> [SourcePiece] {
    var splitter = StatementSplitter(bytes)
    do throws(SQLScanner.Failure) {
      try splitter.readFile()
    } catch {
      throw SplitFailure(
        cause: error.cause,
        position: splitter.lines.position(at: error.offset)
      )
    }
    return splitter.pieces
  }

  private mutating func readFile() throws(SQLScanner.Failure) {
    while !scanner.isAtEnd {
      let tokenStart = scanner.position
      switch try scanner.next() {
      case .blank, .comment, .semicolon: continue
      case .backslash:
        endPiece(.blank, at: tokenStart)
        readMetaCommand()
      default:
        endPiece(.blank, at: tokenStart)
        scanner.position = tokenStart
        try readStatement()
      }
    }
    endPiece(.blank, at: scanner.bytes.count)
  }

  private mutating func endPiece(_ kind: SourcePiece.Kind, at end: Int) {
    if end > start { pieces.append(SourcePiece(kind: kind, range: start..<end)) }
    start = end
  }

  private mutating func readMetaCommand() {
    while let byte = scanner.peek(), byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") {
      scanner.position += 1
    }
    endPiece(.metaCommand, at: scanner.position)
  }

  private mutating func readStatement() throws(SQLScanner.Failure) {
    var shape = StatementShape()
    var piece = SourcePiece(kind: .statement, range: start..<start)
    var end = start
    while !scanner.isAtEnd {
      let tokenStart = scanner.position
      let token = try scanner.next()
      if token == .semicolon, shape.isClosed {
        scanner.position = tokenStart
        break
      }
      if token == .backslash {
        throw SQLScanner.Failure(cause: .strayBackslash, offset: tokenStart)
      }
      if case .variable(let reference) = token { piece.variables.append(reference) }
      shape.take(token, at: tokenStart)
      if token != .blank, token != .comment { end = scanner.position }
    }
    if let failure = shape.openFailure, scanner.isAtEnd { throw failure }
    try endStatement(piece, at: end, copiesRows: shape.isCopyFromClient)
  }

  /// Comments between the last token and the terminator stay outside the statement.
  private mutating func endStatement(
    _ unfinished: SourcePiece,
    at end: Int,
    copiesRows: Bool
  ) throws(SQLScanner.Failure) {
    var piece = unfinished
    piece.range = start..<end
    piece.expectsCopyData = copiesRows
    pieces.append(piece)
    let statementStart = start
    start = end
    guard !scanner.isAtEnd else {
      if copiesRows {
        throw SQLScanner.Failure(cause: .copyWithoutTerminator, offset: statementStart)
      }
      endPiece(.blank, at: scanner.position)
      return
    }
    endPiece(.blank, at: scanner.position)
    scanner.position += 1
    endPiece(.terminator, at: scanner.position)
    if copiesRows { try readCopyData(of: statementStart) }
  }

  /// The rows begin on the line after the terminator and end with a line that is `\.` alone.
  private mutating func readCopyData(of statement: Int) throws(SQLScanner.Failure) {
    try skipRestOfCopyLine()
    endPiece(.blank, at: scanner.position)
    while !scanner.isAtEnd {
      let lineStart = scanner.position
      let lineEnd = endOfLine(from: lineStart)
      scanner.position = lineEnd
      let line = scanner.bytes[lineStart..<lineEnd].filter { $0 != 10 && $0 != 13 }
      if line == [UInt8(ascii: "\\"), UInt8(ascii: ".")] {
        endPiece(.copyData, at: lineEnd)
        return
      }
    }
    throw SQLScanner.Failure(cause: .openCopyData, offset: statement)
  }

  private mutating func skipRestOfCopyLine() throws(SQLScanner.Failure) {
    let lineEnd = endOfLine(from: scanner.position)
    while scanner.position < lineEnd {
      let tokenStart = scanner.position
      let token = try scanner.next()
      guard token == .blank || token == .comment, scanner.position <= lineEnd else {
        throw SQLScanner.Failure(cause: .textAfterCopy, offset: tokenStart)
      }
    }
  }

  private func endOfLine(from offset: Int) -> Int {
    let rest = scanner.bytes[offset...]
    return rest.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? scanner.bytes.count
  }
}
