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
  /// Everything up to the snapshot that is right or wrong; takes the parent snapshot itself.
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

  /// The snapshot that the story ends with, taken by all rules and without some.
  func outcomes(on server: TestServer) async throws -> (right: Scene.Shot, wrong: Scene.Shot) {
    guard !guardsParent else {
      return (
        try await play(on: server, omitting: []).snapshot(),
        try await play(on: server, omitting: omitted).snapshot()
      )
    }
    let scene = try await play(on: server, omitting: [])
    var careless = try scene.fork()
    careless.options.omitted = omitted
    // The careless one comes first: whoever reads a page may tidy it up and lift its LSN.
    let wrong = try await careless.snapshot()
    return (try await scene.snapshot(), wrong)
  }

  /// Tells the story up to the last snapshot.
  private func play(
    on server: TestServer,
    omitting omitted: Set<Precaution>
  ) async throws -> Scene {
    var scene = try Scene(on: server, omitting: omitted)
    scene.options.checkpoint = checkpoint
    try await story(scene)
    return scene
  }

  /// Whether the rules decide what the parent may promise, so that the story has to be told twice.
  private var guardsParent: Bool {
    !omitted.isDisjoint(with: [.waitForTransactions, .durability])
  }
}
