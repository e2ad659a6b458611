internal import FoundationEssentials
internal import Migration
internal import Rehearsal
internal import Reports
internal import Repository

/// A receipt as a list shows it: with what became of it.
struct ReceiptEntry {
  /// What the database of receipts says.
  struct Live: Sendable {
    let target: Receipt.Target
    /// What the ledger says, by the schema of a tenant; that of the database under nil.
    let ledgers: [String?: Ledger.State]
    /// How many patches were applied under each receipt, whatever became of them.
    let uses: [String: Int]
  }

  /// What a receipt is worth now.
  enum State: String {
    case good
    case expired
    case used
    case partlyUsed = "partly used"
    /// Somebody else changed the ledger after the rehearsal.
    case overtaken
    case revoked
  }

  let receipt: Receipt
  let state: State
  /// Whether the ledger of its database could be asked.
  let isUseKnown: Bool
  let key: String
  let revocation: Revocation?

  init(_ signed: SignedReceipt, live: Live?, revocation: Revocation?, now: Int) {
    receipt = signed.receipt
    key = signed.publicKey
    self.revocation = revocation
    isUseKnown = live?.target == signed.receipt.target
    state = Self.state(receipt, isUseKnown ? live : nil, revocation, now)
  }

  private static func state(
    _ receipt: Receipt,
    _ live: Live?,
    _ revocation: Revocation?,
    _ now: Int
  ) -> State {
    let uses = live?.uses[receipt.id] ?? 0
    if uses >= receipt.patches.count { return .used }
    if revocation != nil { return .revoked }
    let isExpired = now > receipt.expires
    guard let ledger = live?.ledgers[receipt.tenant] else { return isExpired ? .expired : .good }
    let isInStep = ledger.receiptPosition == receipt.ledgerPosition + uses
    if uses > 0 { return isInStep && !isExpired ? .partlyUsed : .used }
    return isExpired ? .expired : isInStep ? .good : .overtaken
  }

  /// When, in UTC.
  static func time(_ seconds: Int) -> String {
    Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
  }

  /// The beginning of a public key as `key generate` shows it.
  var keyName: String { "receipts-\(key.prefix(8))" }

  /// The database, and the schema where it is for one.
  var place: String {
    [receipt.target.database, receipt.tenant].compactMap { $0 }.joined(separator: " ")
  }

  /// The patches as a person counts them: the first and the last.
  var patches: String {
    let files = receipt.patches.map(\.file)
    guard let first = files.first, let last = files.last, files.count > 1 else {
      return files.first ?? ""
    }
    return files.count == 2 ? "\(first), \(last)" : "\(first) to \(last) (\(files.count))"
  }

  /// A list of receipts.
  static func report(_ entries: [ReceiptEntry], strangers: [String]) -> Report {
    var table = Table([
      .text("receipt"), .text("database"), .flexible("patches"), .text("made"), .text("expires"),
      .text("state"), .text("key"),
    ])
    for entry in entries {
      table.add(
        entry.receipt.id,
        entry.place,
        (entry.receipt.direction == .down ? "undo: " : "") + entry.patches,
        time(entry.receipt.created),
        time(entry.receipt.expires),
        entry.state.rawValue + (entry.isUseKnown ? "" : " (use not known)"),
        entry.keyName
      )
    }
    var blocks: [Report.Block] = [
      entries.isEmpty ? .paragraph("There is no receipt.") : .table(table)
    ]
    if entries.contains(where: { !$0.isUseKnown }) {
      blocks.append(
        .paragraph("Whether a receipt was used stands in its database: name it with --database.")
      )
    }
    if !strangers.isEmpty {
      blocks.append(
        .paragraph(
          "Signed with a key that is not trusted here, by another version of drydock, or altered: "
            + strangers.joined(separator: ", ")
        )
      )
    }
    return Report(
      blocks: blocks,
      json: [
        "event": "result", "receipts": .array(entries.map(\.json)),
        "strangers": .array(strangers.map { .string($0) }),
      ]
    )
  }

  /// The entry for programs.
  var json: JSONValue {
    [
      "receipt": .string(receipt.id), "database": .string(receipt.target.database),
      "schema": JSONValue(receipt.tenant),
      "direction": .string(receipt.direction.rawValue),
      "patches": .array(receipt.patches.map { .string($0.file) }),
      "made": .string(Self.time(receipt.created)), "expires": .string(Self.time(receipt.expires)),
      "state": .string(state.rawValue), "use_known": .boolean(isUseKnown), "key": .string(key),
      "revoked_because": JSONValue(revocation?.reason),
    ]
  }
}
