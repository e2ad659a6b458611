import Catalog
import Files
import Foundation
import Migration
import Postgres
import Problems
import TestSupport
import Testing

/// The down files of real histories, from the end to the beginning.
@Suite("A real history's own way back leads to where each step began")
struct RealUndoTests {
  struct History: Sendable, CustomTestStringConvertible {
    var name: String
    var folder: String
    var testDescription: String { name }
  }

  private static let isAll = ProcessInfo.processInfo.environment["DRYDOCK_TEST_ALL"] == "1"

  private static let histories = [
    History(name: "authelia", folder: "internal/storage/migrations/postgres"),
    History(name: "kratos", folder: "persistence/sql/migrations/sql"),
  ]

  @Test("Each step is taken back in turn; nothing is left in the end", arguments: histories)
  func back(_ history: History) throws {
    guard !RealHistoryTests.files.isEmpty else { return }
    guard Self.isAll || history.name == "authelia" else {
      print("the way back of \(history.name) is walked with DRYDOCK_TEST_ALL=1 only")
      return
    }
    let directory = try Self.copy(history).read()
    try withRunner(.v15) { fixture in
      try fixture.runner.hold { held in
        var before: [SchemaFingerprint] = []
        for patch in directory.patches {
          before.append(try SchemaFingerprint.read(fixture.eye))
          try held.apply(patch)
        }
        var others: [String] = []
        for (patch, start) in zip(directory.patches, before).reversed() {
          try held.undo(directory, patch.version)
          let end = try SchemaFingerprint.read(fixture.eye)
          if !ChangeSet(from: start, to: end).isEmpty { others.append(patch.file) }
        }
        print(
          "\(history.name): \(before.count) taken back, \(others.count) to another schema: \(others)"
        )
        let first = try #require(before.first)
        #expect(ChangeSet(from: first, to: try SchemaFingerprint.read(fixture.eye)).isEmpty)
      }
    }
  }

  /// A copy in which a way back that is empty says so: by itself it counts as none (docs/histories.md).
  private static func copy(_ history: History) throws -> PatchFolder {
    let source = try "\(SharedInputs.real())/migrations/\(history.name)/\(history.folder)"
    let folder = try PatchFolder([:])
    for entry in try Directory.entries(of: source) where entry.name.hasSuffix(".sql") {
      let bytes = try ReadableFile.contents(of: "\(source)/\(entry.name)")
      let isNone = bytes.isEmpty && entry.name.hasSuffix(".down.sql")
      try folder.write(entry.name, isNone ? Array("SELECT 1;\n".utf8) : bytes)
    }
    return folder
  }
}
