import TestSupport
import Testing

/// The guides that call other people's programs; DocumentTests has all the others.
@Suite("Every shell block in the guides with other programs does what the guide says")
struct ToolDocumentTests {
  static var documents: [Document] {
    get throws { try Document.all().filter { !$0.executed.isEmpty && !$0.programs.isEmpty } }
  }

  @Test("They run as they stand there", arguments: try documents)
  func blocks(document: Document) throws {
    for failure in try DocumentRun.failures(of: document) { Issue.record("\(failure)") }
  }
}
