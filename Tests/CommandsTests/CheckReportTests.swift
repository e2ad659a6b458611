import Arguments
import Reports
import TestSupport
import Testing

@testable import Commands
@testable import Repository
@testable import Snapshot

@Suite("What a check says")
struct CheckReportTests {
  private static let pack = "packs/ab/ab12cd34"

  private func snapshot(_ day: Int) throws -> SnapshotName {
    try #require(SnapshotName("2026012\(day)T020000.000Z-1f2e3d4\(day)"))
  }

  private func loss(_ day: Int, _ parts: [SnapshotLoss.Part]) throws -> SnapshotLoss {
    var loss = SnapshotLoss(unreadable: try snapshot(day))
    loss.taken = "2026-01-2\(day)T02:00:00.000000Z"
    loss.database = "shop"
    loss.parts = parts
    loss.whole.tables = 12
    loss.whole.wholeTables = 11
    loss.whole.rows = 2_001_204
    loss.whole.restorableRows = 2_000_000
    loss.whole.sequences = 3
    loss.whole.largeObjects = 5
    loss.whole.restorableLargeObjects = 4
    return loss
  }

  /// Two nights with the same lost rows, one that lost more, and one without a manifest.
  private func damaged() throws -> CheckOutcome {
    let rows = LostRows(
      table: "public.orders",
      stripes: 2...3,
      pages: 256...511,
      rows: 1204,
      rowsBefore: 30_000
    )
    var unknown = LostRows(table: "public.log", stripes: 0...4095, pages: nil, rows: nil)
    unknown.isScattered = true
    let shared = SnapshotLoss.Part(
      subject: .rows(rows),
      causes: [Self.pack, "packs/ef/ef56", "packs/ff/ff78"]
    )
    var check = CheckReport()
    check.snapshots = 5
    check.packs = 400
    check.chunks = 120_000
    check.packsRead = 41
    check.bytesRead = 1_300_000_000
    check.sample = PackSample(percent: 10, day: 20_450)
    check.packsWithoutIndex = 1
    check.findings = [
      .init(harm: .damagedObject, object: Self.pack, reason: "it is missing"),
      .init(
        harm: .damagedObject,
        object: "packs/ef/ef56",
        reason: "its content is not authentic",
        offset: 1024
      ),
      .init(
        harm: .incompleteSnapshot,
        object: "snapshots/\(try snapshot(0))",
        reason: "1 of its parts cannot be restored whole"
      ),
    ]
    return CheckOutcome(
      repair: nil,
      check: check,
      losses: [
        try loss(0, [shared]), try loss(1, [shared]),
        try loss(
          2,
          [
            .init(subject: .schema, causes: [Self.pack]), shared,
            .init(subject: .rows(unknown), causes: []),
            .init(subject: .largeObject(oid: 16_400, bytes: 2_500_000), causes: [Self.pack]),
            .init(subject: .largeObjects(atMost: 1000), causes: [Self.pack]),
          ]
        ),
        SnapshotLoss(unreadable: try snapshot(3)),
      ]
    )
  }

  @Test("Damage is told by snapshot, table and rows, the same loss once, and what to do")
  func text() throws {
    try Golden.check(try damaged().report.text(), "check-damaged.txt")
  }

  @Test("Programs get everything")
  func json() throws {
    try Golden.check(try damaged().report.json.pretty, "check-damaged.json")
  }

  @Test("After a repair it says what was brought back, and that nothing is lost any more")
  func repaired() throws {
    var check = CheckReport()
    check.findings = [.init(harm: .damagedObject, object: Self.pack, reason: "it is cut")]
    let repair = RepairReport(indexedPacks: 2, salvagedChunks: 17, salvagedPacks: [Self.pack])
    let outcome = CheckOutcome(repair: repair, check: check, losses: [])
    try Golden.check(outcome.report.text(), "check-repaired.txt")
  }

  @Test("A sound repository takes two sentences")
  func sound() throws {
    var check = CheckReport()
    check.snapshots = 3
    check.packs = 12
    check.packsRead = 12
    check.bytesRead = 48_200_000
    check.sample = .all
    let outcome = CheckOutcome(repair: RepairReport(), check: check, losses: [])
    try Golden.check(outcome.report.text(), "check-sound.txt")
  }

  @Test("A share is a percentage, and alone it is everything")
  func share() throws {
    #expect(try CheckCommand.parse(["--read-data"]).readData == .all)
    #expect(try CheckCommand.parse(["--read-data=10%"]).readData?.percent == 10)
    #expect(try CheckCommand.parse(["--read-data=7"]).readData?.argument == "7%")
    #expect(try CheckCommand.parse([]).readData == nil)
    for bad in ["0%", "101%", "-3", "x", "%"] {
      #expect(throws: (any Error).self) { try CheckCommand.parse(["--read-data=\(bad)"]) }
    }
    #expect(throws: (any Error).self) { try CheckCommand.parse(["--repair=yes"]) }
  }
}
