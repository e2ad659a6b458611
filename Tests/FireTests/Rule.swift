import TestSupport
import Testing

@testable import Backup

/// A rule, and the shortest story that goes wrong without it.
struct Rule: Sendable, CustomTestStringConvertible {
  let name: String
  /// The precautions that are left out together: some guard each other.
  let omitted: Set<Precaution>
  /// Where the story can be told.
  let servers: [TestServer]
  /// Who names changed pages: summaries after a forced checkpoint, or the headers of pages.
  let checkpoint: BackupOptions.Checkpoint
  /// Everything up to the snapshot that is wrong or right; takes the parent snapshot itself.
  let story: @Sendable (Scene) async throws -> Void

  init(
    _ name: String,
    without omitted: Set<Precaution>,
    on servers: [TestServer] = TestServer.allCases,
    bySummaries: Bool = false,
    _ story: @escaping @Sendable (Scene) async throws -> Void
  ) {
    self.name = name
    self.omitted = omitted
    self.servers = servers
    checkpoint = bySummaries ? .force : .wait(seconds: 0)
    self.story = story
  }

  var testDescription: String { name }

  /// Every story on every server where it can be told.
  static var cases: [(TestServer, Rule)] {
    (pageRules + summaryRules + definitionRules + historyRules).flatMap { rule in
      rule.servers.map { ($0, rule) }
    }
  }

  /// Tells the story, and takes the snapshot that it ends with.
  func play(on server: TestServer, omitting omitted: Set<Precaution>) async throws -> Scene.Shot {
    var scene = try Scene(on: server)
    scene.options.omitted = omitted
    scene.options.checkpoint = checkpoint
    try await story(scene)
    return try await scene.snapshot()
  }
}
