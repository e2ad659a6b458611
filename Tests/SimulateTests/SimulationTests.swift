import Files
import Foundation
import ObjectStore
import Snapshot
import Testing

@testable import Repository
@testable import simulate

@Suite("The simulation takes real snapshots of a table without rows")
struct SimulationTests {
  @Test("Ten thousand stripes and three nights give whole snapshots, and the figures say so")
  func small() throws {
    let scratch = try TemporaryDirectory(prefix: "drydock-simulate-tests")
    let store = LocalStore("\(scratch.path)/repository", isDurable: false)
    let simulation = Simulation(
      stripes: 10_000,
      nights: 3,
      percent: 3,
      seed: 5,
      store: store,
      cacheDirectory: "\(scratch.path)/cache"
    )
    var reported: [Int] = []
    let figures = try simulation.run { reported.append($0.night) }
    #expect(reported == [0, 1, 2, 3] && figures.eachNight.count == 4)
    #expect(figures.eachNight[0].changedStripes == 10_000)
    #expect(figures.eachNight[1...].allSatisfy { (200...400).contains($0.changedStripes) })
    #expect(figures.peakMib > 0 && figures.eachNight.allSatisfy { $0.indexBytes > 0 })
    #expect(figures.check.isSound && figures.check.snapshots == 4)
    #expect(figures.check.instances > 10_000 && figures.check.peakMib > 0)

    let repository = try Repository.open(store, passphrase: nil)
    let snapshots = try repository.snapshots()
    #expect(snapshots.count == 4)
    let last = try #require(snapshots.last)
    let content = try SnapshotContent(opening: last, in: repository)
    let reader = try repository.makeReader()
    let stripes = try content.stripes(of: content.manifest.tables[0], reader)
    #expect(stripes.count == 10_000)
    let contents = StripeContent(seed: 5)
    for number in Swift.stride(from: 0, to: 10_000, by: 97) {
      var expected = contents.first(number)
      for night in 1...3 where contents.changes(number, night: night, percent: 3) {
        expected = contents.changed(expected, stripe: number, night: night)
      }
      #expect(try reader.read(stripes[number].chunks[0]) == expected)
    }
  }

  /// A hundred nights of some thousand stripes.
  private func life(_ scratch: TemporaryDirectory) -> StepRun {
    StepRun(directory: scratch.path, stripes: 5000, percent: 2, seed: 7, snapshots: 100)
  }

  @Test("A repository with a long history lives through every step, and its snapshots stay whole")
  func life() throws {
    let scratch = try TemporaryDirectory(prefix: "drydock-simulate-tests")
    let run = life(scratch)
    var counts: [Int] = []
    let store = LocalStore("\(scratch.path)/repository", isDurable: false)
    for step in Step.allCases {
      let figures = try run.run(step)
      #expect(figures.isSound, "\(figures.text)")
      #expect(figures.step == step.rawValue && figures.isJudged == (step != .history))
      counts.append(try store.list("snapshots").count)
    }
    let left = try #require(counts.last)
    #expect(counts[0] == 100 && counts[1] == 100 && counts[2...6].allSatisfy { $0 == 101 })
    // 14 days, 8 weeks, and what is left of three months or four: where they fall depends on today.
    #expect((20...25).contains(left) && counts[7...].allSatisfy { $0 == left })
    #expect(try store.list("marks").count == 1, "the packs of the mark are gone, it stays a while")

    let repository = try Repository.open(store, passphrase: nil)
    let contents = StripeContent(seed: 7)
    let reader = try repository.makeReader()
    for name in try [repository.snapshots()[0], repository.snapshots()[left - 2]] {
      let content = try SnapshotContent(opening: name, in: repository)
      // The first name of the history is of 100 days ago.
      let age = Date().timeIntervalSince(try content.manifest.takenTime) / 86_400
      let night = 100 - Int(age.rounded())
      let stripes = try content.stripes(of: content.manifest.tables[0], reader)
      for stripe in Swift.stride(from: 0, to: 5000, by: 211) {
        let changes = (1...max(1, night)).count { contents.changes(stripe, night: $0, percent: 2) }
        let expected = contents.version(stripe, change: night == 0 ? 0 : changes)
        #expect(try reader.read(stripes[stripe].chunks[0]) == expected)
      }
    }
  }

  @Test("What a collection asks for grows with what changed, not with the number of snapshots")
  func asked() throws {
    let scratch = try TemporaryDirectory(prefix: "drydock-simulate-tests")
    _ = try life(scratch).run(.history)
    let store = LocalStore("\(scratch.path)/repository", isDurable: false)
    let repository = try Repository.open(store, passphrase: nil)
    let table = try repository.index.table()
    let visitor = ClosureVisitor(
      try ChunkReader(repository, table: table),
      among: table.count
    )
    var asked = 0
    for name in try repository.snapshots() {
      try SnapshotContent(opening: name, in: repository).manifest.visitChunks(visitor)
      asked += visitor.takeNeeded().count
    }
    // Every chunk once, but for the few that were pushed out of what is remembered; the snapshots
    // need 500,000 together.
    #expect((table.count...table.count * 11 / 10).contains(asked) && table.count < 20_000)
  }

  @Test("A missed target is said loudly")
  func verdict() throws {
    var night = Night(
      night: 1,
      changedStripes: 1,
      openSeconds: 10,
      planSeconds: 20,
      contentSeconds: 1000,
      listsSeconds: 20,
      commitSeconds: 9,
      peakMib: 512,
      repositoryBytes: 0,
      indexBytes: 0,
      manifestBytes: 0,
      cacheBytes: 0
    )
    let check = CheckFigures(
      snapshots: 2,
      instances: 3,
      isSound: true,
      seconds: 1,
      peakMib: 512
    )
    func figures(_ check: CheckFigures) -> Figures {
      Figures(stripes: 1, changedPercent: 1, nights: [night], check: check)
    }
    #expect(figures(check).meetsTargets)
    var bad = check
    bad.peakMib = 513
    #expect(!figures(bad).meetsTargets)
    bad = check
    bad.isSound = false
    #expect(!figures(bad).meetsTargets && figures(bad).verdict.contains("DAMAGE"))
    night.commitSeconds = 11
    let slow = figures(check)
    #expect(!slow.meetsTargets && slow.verdict.hasPrefix("MISSED"))
    night.commitSeconds = 9
    night.peakMib = 513
    #expect(!figures(check).meetsTargets)
  }
}
