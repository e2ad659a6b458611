import Foundation
import Repository
import Testing
import Verification

@testable import Monitoring

@Suite("Health is judged from facts and a time")
struct HealthTests {
  private static let now = Date(timeIntervalSince1970: 1_800_000_000)
  private static let hour = 3600.0
  private static let day = 86_400.0

  /// A snapshot that was taken so many seconds ago, and the last of its proofs.
  private static func snapshot(
    _ age: Double,
    proven: Double? = nil,
    level: Proof.Level = .content,
    sample: Int? = nil,
    isPartial: Bool = false,
    isImported: Bool = false
  ) throws -> SnapshotFacts {
    let name = try #require(SnapshotName("20270115T080000.000Z-0000000a"))
    let proofs = proven.map {
      Proof(
        snapshot: name.text,
        level: level,
        proven: Int(now.timeIntervalSince1970 - $0),
        seconds: 1,
        restoreSeconds: level == .restore ? 840 : nil,
        sample: sample,
        tool: "test"
      )
    }
    return SnapshotFacts(
      name: name,
      taken: now.addingTimeInterval(-age),
      isPartial: isPartial,
      isImported: isImported,
      proofs: proofs.map { [$0] } ?? []
    )
  }

  private static func health(
    _ snapshots: [SnapshotFacts],
    showsProofs: Bool = true,
    _ change: (inout HealthPolicy) -> Void = { _ in }
  ) -> Health {
    var policy = HealthPolicy()
    change(&policy)
    let database = DatabaseFacts(name: "shop", systemIdentifier: "7", snapshots: snapshots)
    let facts = RepositoryFacts(
      location: "/backups",
      databases: snapshots.isEmpty ? [] : [database],
      showsProofs: showsProofs
    )
    return Health(of: facts, policy: policy, now: now)
  }

  @Test("A fresh snapshot with a fresh proof is good")
  func good() throws {
    let health = Self.health([try Self.snapshot(5 * Self.hour, proven: Self.day)])
    #expect(health.state == .good)
    #expect(health.databases.map(\.findings) == [[]])
    #expect(health.databases.first?.age == 5 * Self.hour)
    #expect(health.databases.first?.proofAge == Self.day)
  }

  private static let agesAndStates: [(Double, HealthState)] = [
    (36_000, .good), (36_001, .warning), (93_600, .warning), (93_601, .critical),
  ]

  @Test("The age decides to the second", arguments: agesAndStates)
  func ages(age: Double, state: HealthState) throws {
    let health = Self.health([try Self.snapshot(age, proven: 0)]) {
      $0.warnAge = 10 * Self.hour
    }
    #expect(health.state == state)
  }

  @Test("A database that is configured and was never backed up is critical, also in an empty place")
  func missing() throws {
    let alone = Self.health([]) { $0.expected = ["shop"] }
    #expect(alone.databases.map(\.findings) == [[.init(.critical, .noSnapshot)]])
    let fresh = [try Self.snapshot(0, proven: 0)]
    let beside = Self.health(fresh) { $0.expected = ["billing", "shop"] }
    #expect(beside.databases.map(\.label) == ["billing", "shop"])
    #expect(beside.databases.map(\.state) == [.critical, .good])
  }

  @Test("A repository without any snapshot is critical, and unknown where others' are hidden")
  func empty() {
    #expect(Self.health([]).findings == [.init(.critical, .empty)])
    let hidden = RepositoryFacts(location: "/backups", hidden: 3)
    #expect(Health(of: hidden, policy: HealthPolicy(), now: Self.now).state == .unknown)
  }

  @Test("A fresh copy of the same name does not hide that the original has stopped")
  func clones() throws {
    let facts = RepositoryFacts(
      location: "/backups",
      databases: [
        DatabaseFacts(
          name: "shop",
          systemIdentifier: "7",
          snapshots: [try Self.snapshot(9 * Self.day, proven: 0)]
        ),
        DatabaseFacts(
          name: "shop",
          systemIdentifier: "8",
          snapshots: [try Self.snapshot(0, proven: 0)]
        ),
      ]
    )
    let health = Health(of: facts, policy: HealthPolicy(), now: Self.now)
    #expect(health.databases.map(\.label) == ["shop@7", "shop@8"])
    #expect(health.databases.map(\.state) == [.critical, .good])
    var policy = HealthPolicy()
    policy.retired = ["shop@7"]
    #expect(Health(of: facts, policy: policy, now: Self.now).state == .good)
    policy.retired = []
    policy.expected = ["shop"]
    #expect(Health(of: facts, policy: policy, now: Self.now).databases.count == 2)
  }

  @Test("A snapshot from the future is told, and does not keep a database fresh for ever")
  func future() throws {
    let ahead = try Self.snapshot(-3 * Self.hour, proven: 0)
    let alone = Self.health([ahead])
    #expect(
      alone.databases.map(\.findings) == [
        [
          .init(.critical, .nothingPresent),
          .init(.warning, .future(ahead.name, ahead: 3 * Self.hour)),
        ]
      ]
    )
    let stale = Self.health([try Self.snapshot(30 * Self.hour), ahead])
    #expect(stale.databases.first?.findings.first?.state == .critical)
    #expect(stale.databases.first?.age == 30 * Self.hour)
    let fresh = Self.health([try Self.snapshot(0), ahead])
    #expect(fresh.state == .warning)
    // Two clocks are never quite the same.
    #expect(Self.health([try Self.snapshot(-60, proven: -60)]).state == .good)
    #expect(Self.health([try Self.snapshot(-60, proven: -60)]).databases.first?.age == 0)
  }

  @Test("No proof is a warning at once, an old one later, and both may be made critical")
  func proofs() throws {
    let bare = [try Self.snapshot(0)]
    #expect(Self.health(bare).databases[0].findings == [.init(.warning, .unproven(.content))])
    #expect(Self.health(bare) { $0.proofCriticalAge = Self.day }.state == .critical)
    #expect(Self.health(bare) { $0.proofMaxAge = nil }.state == .good)
    // One from the future would be fresh for ever.
    let ahead = [try Self.snapshot(0, proven: -3 * Self.hour)]
    #expect(Self.health(ahead).databases[0].findings == [.init(.warning, .unproven(.content))])
    let old = [try Self.snapshot(0, proven: 9 * Self.day)]
    #expect(
      Self.health(old).databases[0].findings
        == [.init(.warning, .staleProof(.content, age: 9 * Self.day, limit: 8 * Self.day))]
    )
    #expect(Self.health(old) { $0.proofCriticalAge = 8.5 * Self.day }.state == .critical)
    #expect(Self.health(old) { $0.proofCriticalAge = 10 * Self.day }.state == .warning)
  }

  @Test("A proof counts from its level up, and a sample of the rows is none of all rows")
  func levels() throws {
    let packs = [try Self.snapshot(0, proven: 0, level: .packs)]
    #expect(Self.health(packs).state == .warning)
    #expect(Self.health(packs) { $0.proofLevel = .presence }.state == .good)
    let restored = [try Self.snapshot(0, proven: 0, level: .restore)]
    #expect(Self.health(restored).state == .good)
    #expect(Self.health(restored).databases[0].facts.lastRestore?.seconds == 840)
    let sampled = [try Self.snapshot(0, proven: 0, sample: 10)]
    #expect(Self.health(sampled).state == .warning)
    #expect(Self.health(sampled) { $0.proofLevel = .presence }.state == .good)
  }

  @Test("A key that cannot read proofs does not make them look missing")
  func hiddenProofs() throws {
    let health = Self.health([try Self.snapshot(0)], showsProofs: false)
    #expect(health.databases[0].findings == [.init(.good, .proofsHidden)])
  }

  @Test("Partial snapshots count only where there is nothing whole, imported ones only if expected")
  func kinds() throws {
    let whole = try Self.snapshot(30 * Self.hour, proven: 0)
    let partial = try Self.snapshot(0, proven: 0, isPartial: true)
    #expect(Self.health([whole, partial]).state == .critical)
    #expect(Self.health([partial]).state == .good)
    let imported = try Self.snapshot(300 * Self.day, isImported: true)
    #expect(Self.health([imported]).databases[0].findings == [.init(.good, .imported)])
    #expect(Self.health([imported]) { $0.expected = ["shop"] }.state == .critical)
  }

  @Test("A snapshot that cannot be read is critical beside good ones")
  func damaged() throws {
    let good = try Self.snapshot(0, proven: 0)
    let facts = RepositoryFacts(
      location: "/backups",
      databases: [DatabaseFacts(name: "shop", systemIdentifier: "7", snapshots: [good])],
      damaged: [.init(snapshot: good.name, reason: "torn")]
    )
    let health = Health(of: facts, policy: HealthPolicy(), now: Self.now)
    #expect(health.state == .critical)
    #expect(health.findings == [.init(.critical, .damaged(good.name, "torn"))])
  }

  @Test("A snapshot that failed is critical until it is proven, and its older proofs count no more")
  func failed() throws {
    var snapshot = try Self.snapshot(0, proven: 2 * Self.day)
    let failure = ProofFailure(
      snapshot: snapshot.name.text,
      level: .content,
      failed: Int(Self.now.timeIntervalSince1970 - Self.day),
      findings: 1,
      reason: "public.t: lost",
      tool: "test"
    )
    snapshot.failures = [failure]
    let health = Self.health([snapshot])
    #expect(
      health.databases[0].findings == [
        .init(.critical, .failedProof(snapshot.name, failure)),
        .init(.warning, .unproven(.content)),
      ]
    )
    var imported = snapshot
    imported.isImported = true
    #expect(Self.health([imported]).state == .critical)
    snapshot.proofs += try Self.snapshot(0, proven: 0).proofs
    #expect(Self.health([snapshot]).state == .good)
  }
}
