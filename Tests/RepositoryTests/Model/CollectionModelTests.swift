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

  /// The rules that the model finds missing.
  ///
  /// The others guard against what a thousand plays do not meet, or for each other; they have tests
  /// of their own in `CollectRaceTests` and `CollectRefusalTests`.
  static let fatal: [Safeguard] = [
    .writersAvoidMarks, .checkedAgain, .recomputed, .basesAreLive, .olderWriters,
  ]

  @Test("Without the rule, the model loses something", arguments: fatal)
  func mutant(rule: Safeguard) throws {
    var dice = SeededGenerator(seed: 7)
    for number in 1...2000 {
      let result = try Play(seed: dice.next(), omitting: [rule]).run()
      guard let loss = result.losses.first else { continue }
      return print("without \(rule.rawValue), play \(number) lost: \(loss.prefix(120))")
    }
    Issue.record("2000 plays without the rule \(rule.rawValue) lost nothing")
  }
}
