import Foundation
import TestSupport
import Testing

/// Every block for a shell, run in its order by a bash that the whole document shares.
///
/// The pages that people begin with; with `DRYDOCK_TEST_ALL=1` every page, which takes minutes.
/// `DRYDOCK_TEST_DOCUMENTS=tutorial,guides` runs those whose path has one of these words.
@Suite("Every shell block in the documents does what the document says")
struct DocumentTests {
  /// The pages that need nothing but PostgreSQL; HeavyToolTests has those with other programs.
  static var documents: [Document] {
    get throws {
      let words =
        ProcessInfo.processInfo.environment["DRYDOCK_TEST_DOCUMENTS"]?
        .split(separator: ",").map(String.init) ?? (CrashSeeds.isAll ? nil : Self.first)
      return try Document.all().filter { document in
        !document.executed.isEmpty && document.programs.isEmpty
          && words?.contains { document.path.contains($0) } != false
      }
    }
  }

  private static let first = ["README.md", "docs/tutorial.md", "docs/runbook.md"]

  @Test("They run as they stand there", arguments: try documents)
  func blocks(document: Document) throws {
    for failure in try DocumentRun.failures(of: document) { Issue.record("\(failure)") }
  }
}
