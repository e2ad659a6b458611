import Foundation
import TestSupport
import Testing

@testable import Repository

@Suite("Writers and collectors at random interleavings lose nothing that is live")
struct CollectionModelTests {
  private static let isAll = ProcessInfo.processInfo.environment["DRYDOCK_TEST_ALL"] == "1"

  @Test("Whoever sleeps, dies, or sees the past: what was reported as done can be read")
  func nothingIsLost() throws {
    var dice = SeededGenerator.announced()
    var (backups, deleted) = (0, 0)
    for _ in 0..<(Self.isAll ? 10_000 : 200) {
      let seed = dice.next()
      let result = try Play(seed: seed).run()
      #expect(result.losses.isEmpty, "play \(seed): \(result.losses.first ?? "")")
      backups += result.backups
      deleted += result.deleted
    }
    // A model in which nothing happens proves nothing.
    #expect(backups > 200 && deleted > 40, "\(backups) backups, \(deleted) packs deleted")
  }

  /// The rules that stand between an interleaving and a loss; the others have tests of their own in
  /// `CollectRaceTests` and `CollectRefusalTests`.
  static let fatal: [Safeguard] = [
    .writersAvoidMarks, .checkedAgain, .basesAreLive, .olderWriters,
  ]

  @Test("Without the rule, the model loses something", arguments: fatal)
  func mutant(rule: Safeguard) throws {
    var dice = SeededGenerator(seed: 7)
    for _ in 0..<2000 {
      let result = try Play(seed: dice.next(), omitting: [rule]).run()
      if !result.losses.isEmpty { return }
    }
    Issue.record("2000 plays without the rule \(rule.rawValue) lost nothing")
  }
}
