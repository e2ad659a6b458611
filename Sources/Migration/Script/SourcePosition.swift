/// A place in a file: byte offset from 0; line and column from 1, the column in characters.
public struct SourcePosition: Sendable, Equatable {
  /// Bytes before the place.
  public var offset: Int
  /// The line, counted from 1; `\n`, `\r\n` and a lone `\r` each end one.
  public var line: Int
  /// The column, counted from 1 in characters, as editors and PostgreSQL's positions do.
  public var column: Int

  /// Makes a position.
  public init(offset: Int, line: Int, column: Int) {
    self.offset = offset
    self.line = line
    self.column = column
  }
}

/// Turns byte offsets of one text into lines and columns.
///
/// Characters are counted as UTF-8 writes them: every byte that does not continue another one. In
/// a file of another encoding columns after the first foreign letter of a line may be off; lines
/// never are.
struct LineMap: Sendable {
  private let bytes: [UInt8]
  private let lineStarts: [Int]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var starts = [0]
    for (offset, byte) in bytes.enumerated() {
      let isLoneReturn =
        byte == UInt8(ascii: "\r")
        && (offset + 1 == bytes.count || bytes[offset + 1] != UInt8(ascii: "\n"))
      if byte == UInt8(ascii: "\n") || isLoneReturn { starts.append(offset + 1) }
    }
    lineStarts = starts
  }

  func position(at offset: Int) -> SourcePosition {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    var start = lineStarts[low]
    if start == 0, bytes.starts(with: SQLScanner.byteOrderMark), offset >= 3 { start = 3 }
    let column = 1 + bytes[start..<max(start, offset)].count { !isContinuation($0) }
    return SourcePosition(offset: offset, line: low + 1, column: column)
  }

  private func isContinuation(_ byte: UInt8) -> Bool { byte & 0b1100_0000 == 0b1000_0000 }
}
