import Foundation
import TestSupport
import Testing

@testable import Repository

@Suite("Writers and collectors at random interleavings lose nothing that is live")
struct CollectionModelTests {
  private static let isAll = ProcessInfo.processInfo.environment["DRYDOCK_TEST_ALL"] == "1"

  @Test(
    "Whoever sleeps, dies, or sees the past: what was reported as done can be read",
    arguments: Mishap.allCases
  )
  func nothingIsLost(_ mishap: Mishap) throws {
    var dice = SeededGenerator.announced()
    var (backups, deleted) = (0, 0)
    let plays = Self.isAll ? 2_000 : 20
    for _ in 0..<plays {
      let seed = dice.next()
      let result = try Play(seed: seed, mishap).run()
      #expect(result.losses.isEmpty, "play \(seed), \(mishap): \(result.losses.first ?? "")")
      backups += result.backups
      deleted += result.deleted
    }
    print("\(mishap): \(plays) plays, \(backups) backups, \(deleted) packs deleted")
    // A model in which nothing happens proves nothing.
    #expect(backups > plays && deleted > plays / 10, "\(backups) backups, \(deleted) packs deleted")
  }

  /// The rules that the model finds missing, and the mishap in whose plays it does so soonest.
  ///
  /// `CollectRefusalTests` and `CollectRaceTests` tell the stories of the other four. `leasedParents`
  /// and `youngPacks` only spare a backup that is awake from storing something twice: what they keep
  /// from being marked, it would copy before its commit. Without `collectorsAvoidMarks`, two collectors
  /// must prefer different copies of a chunk, day after day, and so see different pasts twice. Without
  /// `lastingMarks`, somebody must remember the index of a pack that has gone, and see the packs as
  /// they were and the marks as they are: two thousand plays have not met it.
  /// Those that take more than thirty plays are for `DRYDOCK_TEST_ALL=1`.
  static let fatal: [(Safeguard, Mishap)] =
    [
      (.writersAvoidMarks, .none), (.checkedAgain, .sleepBeforeDeeds),
      (.recomputed, .oldListings), (.unmarks, .none), (.listedTwice, .partialListings),
    ]
    + (isAll
      ? [(.basesAreLive, .none), (.olderWriters, .none), (.grace, .laggingDirectories)] : [])

  @Test("Without the rule, the model loses something", arguments: fatal)
  func mutant(rule: Safeguard, mishap: Mishap) throws {
    var dice = SeededGenerator(seed: 7)
    for number in 1...3000 {
      let result = try Play(seed: dice.next(), mishap, omitting: [rule]).run()
      guard let loss = result.losses.first else { continue }
      return print("without \(rule.rawValue), play \(number) lost: \(loss.prefix(120))")
    }
    Issue.record("3000 plays without the rule \(rule.rawValue) lost nothing")
  }
}
