import Catalog
import Problems
import Testing

@testable import Migration
@testable import Rehearsal

@Suite("A receipt that does not fit says where to go from there")
struct ReceiptHintTests {
  private let target = Receipt.Target(systemIdentifier: "7", database: "shop", oid: 5)

  private var live: LiveDatabase {
    LiveDatabase(
      target: target,
      role: "migrator",
      session: LiveSession(attributes: [], memberships: [], settings: [:], label: nil),
      ledger: Ledger.State(latest: [], lastPosition: 0),
      schema: SchemaFingerprint()
    )
  }

  private var receipt: Receipt {
    Receipt(
      id: "0123",
      target: target,
      migrator: "migrator",
      patches: [
        .init(
          version: "1",
          file: "1.sql",
          hash: "",
          undoHash: nil,
          verifyHash: nil,
          changes: ChangeSet(from: SchemaFingerprint(), to: SchemaFingerprint()),
          tables: []
        )
      ],
      ledger: [],
      ledgerPosition: 0,
      schema: SchemaFingerprint(),
      snapshot: "s",
      dataTime: "2026-01-01T00:00:00.000Z",
      accepted: [],
      tool: "drydock",
      created: 1000,
      expires: 2000
    )
  }

  private func hint(
    _ receipt: Receipt,
    _ change: (inout ReceiptCheck.Occasion) -> Void
  ) throws -> String? {
    var occasion = ReceiptCheck.Occasion(live: live, patches: [], now: 1500, tool: "drydock")
    change(&occasion)
    let check = try ReceiptCheck(receipt, for: occasion)
    do {
      try check.require()
      return nil
    } catch {
      return error.hint
    }
  }

  @Test("Each mismatch has its own next step, and what fits has none")
  func steps() throws {
    #expect(try hint(receipt) { _ in } == nil)
    let again = "Take a snapshot and rehearse again: drydock backup, drydock rehearse."
    #expect(try hint(receipt) { $0.now = 3000 } == again)
    #expect(
      try hint(receipt) { $0.live.role = "other" }
        == "Connect as migrator, or rehearse with this role as --migrator."
    )
    #expect(try hint(receipt) { $0.now = 500 } == "Set the clocks of both machines right.")
    #expect(
      try hint(receipt) { $0.live.target.database = "other" }?.hasPrefix("Look whether --database")
        == true
    )
    #expect(
      try hint(receipt) { $0.policy = PolicyFile() } == again
    )
    var judged = receipt
    judged.policy = "another"
    #expect(try hint(judged) { _ in }?.hasPrefix("Name the policy that judged it") == true)
    // What is quickly done comes first.
    let both = try hint(receipt) {
      $0.now = 3000
      $0.live.role = "other"
    }
    #expect(both == "Connect as migrator, or rehearse with this role as --migrator. " + again)
  }
}
