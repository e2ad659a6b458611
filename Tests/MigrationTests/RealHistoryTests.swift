import Foundation
import Migration
import SQLSyntax
import Testing

@Suite("Whole histories of real projects are split")
struct RealHistoryTests {
  /// Every SQL file under `migrations` of the shared folder; empty where there is no such folder.
  static let files: [String] = {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let shared =
      ProcessInfo.processInfo.environment["DRYDOCK_SHARED"]
      ?? package.deletingLastPathComponent().appending(path: "shared").path
    let folders = ["real/migrations", "real/bad-migrations", "real/cosims"]
    let found = folders.flatMap { folder in
      (FileManager.default.enumerator(atPath: "\(shared)/\(folder)")?.allObjects ?? [])
        .compactMap { $0 as? String }.filter { $0.hasSuffix(".sql") }
        .map { "\(shared)/\(folder)/\($0)" }
    }
    if found.isEmpty { print("no real histories: there is no folder \(shared)/real") }
    return found.sorted()
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
