import Migration
import TestSupport
import Testing

@Suite("The splitter takes any bytes")
struct SplitterFuzzTests {
  private static let rounds = 20_000

  /// What means something to the splitter, so that chance meets it often.
  private static let words = [
    "'", "''", "E'", "\\", "\\'", "\"", "$$", "$a$", "$", "--", "\n", "\r\n", "/*", "*/", "(", ")",
    ";",
    ";\n", "BEGIN ATOMIC ", " END", "CASE ", "COPY t FROM stdin;\n", "\\.\n", ":x", ":'x'", "::",
    "a",
    "CREATE FUNCTION f() RETURNS int ", "SELECT 1", " ", "1", "é", "\u{FEFF}", "\\i x\n", "AS ",
    ".",
  ]

  @Test("Whatever they are: refused with a place, or cut without losing one, the same way again")
  func anything() throws {
    var random = SeededGenerator.announced("splitter")
    var taken = 0
    for _ in 0..<Self.rounds {
      let count = Int.random(in: 0...24, using: &random)
      var bytes = (0..<count).flatMap { _ in
        Array((Self.words.randomElement(using: &random) ?? "").utf8)
      }
      if !bytes.isEmpty, Int.random(in: 0..<4, using: &random) == 0 {
        bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(
          in: 0...255,
          using: &random
        )
      }
      if try check(bytes) { taken += 1 }
    }
    #expect(taken > Self.rounds / 20, "\(taken)")
  }

  /// Whether the bytes could be split; then the pieces are the bytes.
  private func check(_ bytes: [UInt8]) throws -> Bool {
    do throws(SplitFailure) {
      let pieces = try StatementSplitter.split(bytes)
      #expect(pieces.flatMap { bytes[$0.range] } == bytes, "\(bytes)")
      #expect(pieces.allSatisfy { !$0.range.isEmpty }, "\(bytes)")
      for piece in pieces where piece.kind == .statement {
        for variable in piece.variables {
          #expect(piece.range.contains(variable.range.lowerBound), "\(bytes)")
        }
        try stays(Array(bytes[piece.range]), piece)
      }
      return true
    } catch {
      #expect((0...bytes.count).contains(error.position.offset), "\(bytes)")
      #expect(error.position.line >= 1 && error.position.column >= 1, "\(bytes)")
      return false
    }
  }

  /// A statement that is split again is one statement, whatever stood around it.
  ///
  /// A COPY needs its terminator, and a first byte order mark is no part of a text.
  private func stays(_ statement: [UInt8], _ piece: SourcePiece) throws(SplitFailure) {
    guard !piece.expectsCopyData, !statement.starts(with: [0xEF, 0xBB, 0xBF]) else { return }
    let again = try StatementSplitter.split(statement)
    #expect(again.map(\.range) == [0..<statement.count], "\(statement)")
  }
}
