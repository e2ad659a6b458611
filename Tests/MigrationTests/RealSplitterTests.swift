import Files
import Foundation
import Migration
import Processes
import SQLSyntax
import TestSupport
import Testing

@Suite("The splitter agrees with PostgreSQL's own grammar")
struct RealSplitterTests {
  /// Statements are shown to the parser in groups of about this many bytes.
  private static let groupSize = 64 << 10

  @Test("On every real file and dump: lossless, stable, each statement where the parser sees one")
  func realTexts() throws {
    var statements = 0
    var notUnderstood = 0
    for (name, bytes) in try Self.texts() {
      let pieces = try StatementSplitter.split(bytes)
      #expect(pieces.first?.range.lowerBound ?? 0 == 0, "\(name)")
      #expect(pieces.last?.range.upperBound ?? 0 == bytes.count, "\(name)")
      for (one, next) in zip(pieces, pieces.dropFirst()) {
        #expect(one.range.upperBound == next.range.lowerBound && !one.range.isEmpty, "\(name)")
      }
      for group in Self.groups(pieces) {
        statements += group.count
        if try !Self.agrees(group, bytes, name) { notUnderstood += group.count }
      }
    }
    print("splitter: \(statements) statements, \(notUnderstood) in texts that are not understood")
    #expect(statements == 0 || statements > 7_000, "\(statements)")
    #expect(notUnderstood * 50 <= statements, "\(notUnderstood) of \(statements)")
  }

  /// Whether the parser understood the group; then it must see the same statements.
  private static func agrees(
    _ group: [SourcePiece],
    _ bytes: [UInt8],
    _ name: String
  ) throws -> Bool {
    var text: [UInt8] = []
    var own: [Range<Int>] = []
    for piece in group {
      // psql's variables are no SQL: a value stands for them.
      var statement = Array(bytes[piece.range])
      for variable in piece.variables where variable.quoting != .none {
        let start = variable.range.lowerBound - piece.range.lowerBound
        statement[start] = 32
      }
      own.append(text.count..<(text.count + statement.count))
      text += statement + Array(";\n".utf8)
    }
    guard let seen = Parser.statements(in: text) else { return false }
    #expect(seen.count == own.count, "\(name): \(seen.count) against \(own.count)")
    for (mine, theirs) in zip(own, seen) {
      #expect(
        mine.lowerBound >= theirs.lowerBound && mine.upperBound == theirs.upperBound,
        "\(name)"
      )
    }
    // Splitting a statement again finds the same one, whole; a COPY wants its rows.
    for piece in group where !piece.expectsCopyData {
      let again = try StatementSplitter.split(Array(bytes[piece.range]))
      #expect(again.map(\.kind) == [.statement], "\(name): \(piece.range)")
    }
    return true
  }

  private static func groups(_ pieces: [SourcePiece]) -> [[SourcePiece]] {
    var groups: [[SourcePiece]] = []
    var size = 0
    for piece in pieces where piece.kind == .statement {
      if groups.isEmpty || size + piece.range.count > groupSize {
        groups.append([])
        size = 0
      }
      size += piece.range.count
      groups[groups.count - 1].append(piece)
    }
    return groups
  }

  /// The real files, and the real databases' dumps with the rows of their COPYs.
  private static func texts() throws -> [(name: String, bytes: [UInt8])] {
    guard !RealHistoryTests.files.isEmpty else { return [] }
    var texts = try RealHistoryTests.files.map { ($0, try ReadableFile.contents(of: $0)) }
    let real = try SharedInputs.real()
    for entry in try Directory.entries(of: "\(real)/databases")
    where entry.name.hasSuffix(".sql.zst") && (isAll || entry.size < 4 << 20) {
      let dump = try Invocation("zstd", ["-dc", "\(real)/databases/\(entry.name)"])
        .run(output: .captured(limit: 1 << 30)).checked()
      texts.append((entry.name, Array(dump.text.utf8)))
    }
    return texts
  }

  private static let isAll = ProcessInfo.processInfo.environment["DRYDOCK_TEST_ALL"] == "1"
}
