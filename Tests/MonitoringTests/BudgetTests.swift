import Files
import Foundation
import ObjectStore
import Repository
import Testing

@testable import Monitoring

@Suite("Budgets warn before they hurt")
struct BudgetTests {
  private static let now = Date(timeIntervalSince1970: 1_800_000_000)
  private static let day = 86_400.0
  private static let gib = 1 << 30

  private static func samples(_ sizes: [(age: Double, bytes: Int)]) -> [SizeSample] {
    sizes.map { SizeSample(time: now.addingTimeInterval(-$0.age * day), bytes: $0.bytes) }
  }

  @Test(
    "Four fifths of a size is a warning, all of it critical",
    arguments: [
      (79, nil), (80, HealthState.warning), (99, .warning), (100, .critical), (120, .critical),
    ]
  )
  func size(used: Int, state: HealthState?) {
    let budget = Budget(size: 100 * Self.gib)
    let found = budget.findings(of: StorageFacts(bytes: used * Self.gib), now: Self.now)
    #expect(found.map(\.state) == (state.map { [$0] } ?? []))
  }

  @Test("Too much growth or cost is a warning, never critical")
  func soft() {
    let storage = StorageFacts(
      bytes: 1000 * Self.gib,
      growth: Growth(
        bytesPerSecond: 40 * Double(Self.gib) / Growth.month,
        isMeasured: true
      )
    )
    let budget = Budget(growth: 20 * Self.gib, price: 0.023, cost: 20)
    let found = budget.findings(of: storage, now: Self.now)
    #expect(found.map(\.state) == [.warning, .warning])
    #expect(abs((budget.monthlyCost(of: storage.bytes) ?? 0) - 23) < 0.001)
    #expect(budget.uses(of: storage, now: Self.now).map(\.kind) == [.growth, .cost])
  }

  @Test("A disk that is nearly full is told without any budget")
  func disk() {
    func states(_ free: Int) -> [HealthState] {
      let disk = StorageFacts.Disk(free: free, size: 100)
      return Budget().findings(of: StorageFacts(bytes: 1, disk: disk), now: Self.now).map(\.state)
    }
    #expect(states(21) == [])
    #expect(states(20) == [.warning])
    #expect(states(5) == [.critical])
  }

  @Test("The forecast is where the line through the measured sizes meets the limit")
  func forecast() throws {
    let samples = Self.samples((0...14).map { (Double(14 - $0), (70 + $0) * Self.gib) })
    let growth = try #require(Growth.estimate(samples: samples, snapshots: [], now: Self.now))
    #expect(growth.isMeasured)
    #expect(abs(growth.bytesPerSecond * Self.day / Double(Self.gib) - 1) < 1e-9)
    let storage = StorageFacts(bytes: 84 * Self.gib, growth: growth)
    let use = try #require(Budget(size: 100 * Self.gib).uses(of: storage, now: Self.now).first)
    let reached = try #require(use.reached)
    #expect(abs(reached.timeIntervalSince(Self.now) - 16 * Self.day) < 1)
  }

  @Test("The saw of collections is no growth, and what shrinks never fills")
  func saw() throws {
    let saw = Self.samples((0..<28).map { (Double(27 - $0), (50 + $0 % 7) * Self.gib) })
    let growth = try #require(Growth.estimate(samples: saw, snapshots: [], now: Self.now))
    #expect(abs(growth.bytesPerSecond * Self.day) < 0.1 * Double(Self.gib))
    let down = Self.samples([(10, 90), (5, 80), (0, 70)])
    let shrinking = try #require(Growth.estimate(samples: down, snapshots: [], now: Self.now))
    #expect(shrinking.time(of: 10, from: Self.now) == nil)
  }

  @Test("Until a week is measured, what snapshots stored counts, but for the first of all")
  func stored() throws {
    let snapshots = try (0...10).map { night in
      SnapshotFacts(
        name: try #require(SnapshotName("20270115T080000.000Z-0000000a")),
        taken: Self.now.addingTimeInterval(-Double(10 - night) * Self.day),
        bytesStored: night == 0 ? 500 * Self.gib : Self.gib
      )
    }
    let young = Self.samples([(6, 1), (0, 2)])
    let growth = try #require(
      Growth.estimate(samples: young, snapshots: snapshots, now: Self.now)
    )
    #expect(!growth.isMeasured)
    #expect(abs(growth.bytesPerSecond * Self.day / Double(Self.gib) - 1) < 1e-9)
    #expect(Growth.estimate(samples: [], snapshots: [snapshots[10]], now: Self.now) == nil)
  }

  @Test("Sizes are written down once an hour, and read again")
  func look() throws {
    let place = try TemporaryDirectory()
    let store = LocalStore("\(place.path)/store", isDurable: false)
    let name = try #require(ObjectName("packs/a"))
    try store.put(name, [UInt8](repeating: 1, count: 1000))
    let log = SizeLog(directory: "\(place.path)/log")
    let look = StorageLook(at: store, log: log) { _ in .init(free: 1, size: 2) }
    let first = try look.run(snapshots: [], now: Self.now)
    #expect(first == StorageFacts(bytes: 1000, disk: .init(free: 1, size: 2)))
    try store.delete(name)
    #expect(try look.run(snapshots: [], now: Self.now.addingTimeInterval(3599)).bytes == 1000)
    #expect(try look.run(snapshots: [], now: Self.now.addingTimeInterval(3600)).bytes == 0)
    #expect(try log.samples().map(\.bytes) == [1000, 0])
    // A line that a crash or another program left is passed over.
    let path = "\(place.path)/log/sizes"
    let text = String(decoding: try ReadableFile.contents(of: path), as: UTF8.self)
    let damaged = "torn\n1 2 3\n9223372036854775807 5\n1 -1\n\(text)"
    try AtomicFile.write(Array(damaged.utf8), to: path, durability: .fast)
    #expect(try log.samples().map(\.bytes) == [1000, 0])
  }
}
