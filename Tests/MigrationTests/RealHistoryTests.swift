import Foundation
import Migration
import Problems
import SQLSyntax
import TestSupport
import Testing

@Suite("Whole histories of real projects are split")
struct RealHistoryTests {
  /// Every SQL file among the real migrations; empty, with one printed line, where there are none.
  static let files: [String] = {
    do {
      let real = try SharedInputs.real()
      return ["migrations", "bad-migrations", "cosims"].flatMap { folder in
        (FileManager.default.enumerator(atPath: "\(real)/\(folder)")?.allObjects ?? [])
          .compactMap { $0 as? String }.filter { $0.hasSuffix(".sql") }
          .map { "\(real)/\(folder)/\($0)" }
      }.sorted()
    } catch {
      print("no real histories: \((error as? Problem)?.summary ?? "\(error)")")
      return []
    }
  }()

  @Test("Without loss, each statement understood by the parser or declared opaque")
  func realFiles() throws {
    var statements = 0
    var opaque: [String] = []
    for file in Self.files {
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
      let pieces = try StatementSplitter.split(bytes)
      #expect(StatementSplitterTests.joined(pieces, bytes) == bytes, "\(file)")
      for piece in pieces where piece.kind == .statement {
        statements += 1
        let syntax = Parser.classify(Array(bytes[piece.range]))
        if syntax.isOpaque { opaque.append("\(file): \(syntax.opaqueReason ?? "")") }
      }
    }
    // These two are broken where they were published: a comma and a semicolon are missing.
    let broken = ["database_patch.sql", "20170318181441_downloads_need_no_id/down.sql"]
    let unexpected = opaque.filter { entry in !broken.contains { entry.contains($0) } }
    #expect(unexpected.isEmpty, "\(unexpected)")
    #expect(Self.files.isEmpty || statements > 2_000, "\(statements)")
  }
}
