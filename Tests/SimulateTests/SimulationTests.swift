import Files
import Foundation
import ObjectStore
import Repository
import Snapshot
import Testing

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
