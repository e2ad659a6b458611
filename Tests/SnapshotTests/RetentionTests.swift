import Foundation
import Repository
import Testing

@testable import Snapshot

@Suite("A policy says of each snapshot why it stays")
struct RetentionTests {
  private let shop = SnapshotSeries(database: "shop", systemIdentifier: "1")

  /// A snapshot of a moment such as `2026-01-31T02:00:00Z`.
  private func snapshot(
    _ time: String,
    of series: SnapshotSeries? = nil,
    tags: [String: String] = [:],
    isInUse: Bool = false
  ) throws -> RetentionPlan.Candidate {
    let stamp = time.replacing("-", with: "").replacing(":", with: "").replacing("Z", with: ".000Z")
    return RetentionPlan.Candidate(
      name: try #require(SnapshotName("\(stamp)-0000000a")),
      series: series ?? shop,
      taken: try Date(time, strategy: .iso8601),
      tags: tags,
      isInUse: isInUse
    )
  }

  private func nights(_ days: ClosedRange<Int>) throws -> [RetentionPlan.Candidate] {
    try days.map { try snapshot("2026-01-\($0 < 10 ? "0" : "")\($0)T02:00:00Z") }
  }

  /// What a plan says: day of the month, and the reasons.
  private func text(_ plan: RetentionPlan) -> [String] {
    plan.decisions.map { decision in
      let day = decision.candidate.name.text.dropFirst(6).prefix(5)
      return ([String(day)] + decision.reasons).joined(separator: " | ")
    }
  }

  private func policy(_ change: (inout RetentionPolicy) -> Void) -> RetentionPolicy {
    var policy = RetentionPolicy()
    change(&policy)
    return policy
  }

  @Test("The newest are kept, in whatever order they are listed")
  func last() throws {
    let plan = RetentionPlan(policy { $0.last = 2 }, try nights(1...4).reversed())
    #expect(text(plan) == ["01T02", "02T02", "03T02 | last 2", "04T02 | last 1"])
    #expect(plan.removed.map { $0.text.prefix(8) } == ["20260101", "20260102"])
  }

  @Test("The newest of each period stands for it, and periods without snapshots do not count")
  func periods() throws {
    let times = ["01T02", "01T03", "01T03", "02T23", "20T02", "20T04"]
    let snapshots = try times.enumerated().map { number, time in
      try snapshot("2026-01-\(time):0\(number):00Z")
    }
    let daily = RetentionPlan(policy { $0.daily = 2 }, snapshots)
    #expect(
      text(daily) == [
        "01T02", "01T03", "01T03", "02T23 | daily 2026-01-02", "20T02", "20T04 | daily 2026-01-20",
      ]
    )
    let hourly = RetentionPlan(policy { $0.hourly = 4 }, snapshots)
    #expect(
      text(hourly) == [
        "01T02", "01T03", "01T03 | hourly 2026-01-01T03", "02T23 | hourly 2026-01-02T23",
        "20T02 | hourly 2026-01-20T02", "20T04 | hourly 2026-01-20T04",
      ]
    )
  }

  @Test("Weeks are those of ISO 8601, also where the year changes")
  func weeks() throws {
    let snapshots = try [
      "2025-12-28T02:00:00Z", "2025-12-29T02:00:00Z", "2026-01-04T23:59:59Z",
      "2026-01-05T00:00:00Z",
    ].map { try snapshot($0) }
    let plan = RetentionPlan(policy { $0.weekly = 3 }, snapshots)
    #expect(
      plan.decisions.map(\.reasons) == [
        ["weekly 2025-W52"], [], ["weekly 2026-W01"], ["weekly 2026-W02"],
      ]
    )
  }

  @Test("Months and years are told apart, and every rule that keeps a snapshot is named")
  func monthsAndYears() throws {
    let snapshots = try [
      "2024-12-31T02:00:00Z", "2025-11-30T02:00:00Z", "2025-12-31T02:00:00Z",
      "2026-01-31T02:00:00Z",
    ].map { try snapshot($0) }
    let rules = policy {
      $0.last = 1
      $0.monthly = 2
      $0.yearly = 3
    }
    #expect(
      RetentionPlan(rules, snapshots).decisions.map(\.reasons) == [
        ["yearly 2024"], [], ["monthly 2025-12", "yearly 2025"],
        ["last 1", "monthly 2026-01", "yearly 2026"],
      ]
    )
  }

  @Test("A tag protects a snapshot, with any value or with one")
  func tags() throws {
    let snapshots = try [
      snapshot("2026-01-01T02:00:00Z", tags: ["release": "1.0"]),
      snapshot("2026-01-02T02:00:00Z", tags: ["git": "abc"]),
      snapshot("2026-01-03T02:00:00Z", tags: ["git": "abcd"]),
      snapshot("2026-01-04T02:00:00Z"),
    ]
    let rules = policy {
      $0.last = 1
      $0.tags = ["release", "git=abc"]
    }
    let plan = RetentionPlan(rules, snapshots)
    #expect(
      text(plan) == ["01T02 | tag release", "02T02 | tag git=abc", "03T02", "04T02 | last 1"]
    )
  }

  @Test("A series is never emptied, and keeps its minimum besides what the rules keep")
  func minimum() throws {
    let nothing = RetentionPlan(RetentionPolicy(), try nights(1...3))
    #expect(text(nothing) == ["01T02", "02T02", "03T02 | minimum"])
    let none = RetentionPlan(policy { $0.minimum = 0 }, try nights(1...2))
    #expect(text(none) == ["01T02", "02T02 | minimum"])
    let rules = policy {
      $0.last = 1
      $0.minimum = 3
    }
    #expect(
      text(RetentionPlan(rules, try nights(1...4))) == [
        "01T02", "02T02 | minimum", "03T02 | minimum", "04T02 | last 1",
      ]
    )
  }

  @Test("Each database, cluster and history is a series of its own, and so are partial snapshots")
  func series() throws {
    let others = [
      shop, SnapshotSeries(database: "shop", systemIdentifier: "2"),
      SnapshotSeries(database: "shop", systemIdentifier: "1", history: "clone"),
      SnapshotSeries(database: "bench", systemIdentifier: "1"),
      SnapshotSeries(database: "shop", systemIdentifier: "1", isPartial: true),
    ]
    let snapshots = try others.enumerated().flatMap { number, series in
      [
        try snapshot("2026-01-0\(number + 1)T02:00:00Z", of: series),
        try snapshot("2026-01-0\(number + 1)T03:00:00Z", of: series),
      ]
    }
    let plan = RetentionPlan(policy { $0.last = 1 }, snapshots)
    #expect(plan.removed.map { $0.text.dropFirst(9).prefix(2) } == ["02", "02", "02", "02", "02"])
    #expect(plan.decisions.first?.candidate.series.database == "bench")
  }

  @Test("What a running backup builds upon stays")
  func inUse() throws {
    let snapshots = try [
      snapshot("2026-01-01T02:00:00Z", isInUse: true), snapshot("2026-01-02T02:00:00Z"),
    ]
    let plan = RetentionPlan(policy { $0.last = 1 }, snapshots)
    #expect(text(plan) == ["01T02 | in use by a running backup", "02T02 | last 1"])
  }

  @Test("Named snapshots go, and all others stay")
  func named() throws {
    let snapshots = try nights(1...2)
    let plan = RetentionPlan(removing: [snapshots[1].name], from: snapshots)
    #expect(plan.removed == [snapshots[1].name])
  }

  @Test("Databases whose names differ by bytes alone are two series, and each keeps its last")
  func exactNames() throws {
    let snapshots = try ["caf\u{E9}", "cafe\u{301}"].enumerated().map { number, name in
      try snapshot(
        "2026-01-0\(number + 1)T02:00:00Z",
        of: SnapshotSeries(database: name, systemIdentifier: "1")
      )
    }
    #expect(RetentionPlan(policy { $0.last = 1 }, snapshots).removed == [])
  }
}
