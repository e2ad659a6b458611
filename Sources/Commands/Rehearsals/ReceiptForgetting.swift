internal import ObjectStore
internal import Problems
internal import Rehearsal
internal import Reports
internal import Repository

/// Which receipts nobody needs any more, and what stays.
///
/// Only those go that a trusted key signed and that expired long ago: none of them can be used again,
/// and the ledger of the database keeps under which receipt each patch ran. A revocation goes with
/// its receipt and never alone: the receipt may still be somewhere in a file.
struct ReceiptForgetting {
  /// Receipts to remove, the oldest first.
  let old: [SignedReceipt]
  /// How many others there are.
  let kept: Int
  /// The ids of those that a key signed which is not trusted here, or another version wrote.
  let strangers: [String]
  private let shelf: ReceiptShelf

  /// Decides.
  ///
  /// - Parameters:
  ///   - store: where they are.
  ///   - keys: whose receipts count.
  ///   - moment: what had expired then goes, in seconds since 1970.
  /// - Throws: a `Problem` for a receipt that was altered, or what the store throws.
  init(in store: any ObjectStore, trusting keys: [[UInt8]], expiredBefore moment: Int) throws {
    shelf = try ReceiptShelf(in: store, trusting: keys) { names in
      names.filter { $0.expires ?? .min < moment }
    }
    old = shelf.receipts.filter { $0.receipt.expires < moment }.reversed()
    kept = shelf.recordCount - old.count
    strangers = shelf.untrusted
  }

  /// Removes them, each before its revocation: what ends it in between leaves no receipt unrevoked.
  func run(in repository: Repository) throws {
    for receipt in old {
      for name in shelf.records(of: receipt.receipt.id) {
        try repository.removeRecord(kind: .receipt, id: name)
      }
      if shelf.revocations[receipt.receipt.id] != nil {
        try repository.removeRecord(kind: .revocation, id: receipt.receipt.id)
      }
    }
  }

  /// What goes and what stays.
  func report(isDryRun: Bool) -> Report {
    var table = Table([
      .text("receipt"), .text("database"), .flexible("patches"), .text("expired"), .text("revoked"),
    ])
    for signed in old {
      let receipt = signed.receipt
      table.add(
        receipt.id,
        [receipt.target.database, receipt.tenant].compactMap { $0 }.joined(separator: " "),
        receipt.patches.map(\.file).joined(separator: ", "),
        ReceiptEntry.time(receipt.expires),
        shelf.revocations[receipt.id] == nil ? "" : "yes"
      )
    }
    let verb = isDryRun ? "would be removed" : "removed"
    let words =
      "\(Quantity.count(old.count, "receipt", "receipts")) \(verb), \(Quantity.count(kept)) kept."
    var blocks: [Report.Block] = old.isEmpty ? [] : [.table(table)]
    blocks.append(.paragraph(words))
    if !strangers.isEmpty {
      blocks.append(
        .paragraph(
          "Kept, because nobody who is trusted here signed them: "
            + strangers.joined(separator: ", ")
        )
      )
    }
    return Report(
      blocks: blocks,
      json: [
        "event": "result", "dry_run": .boolean(isDryRun), "kept": .integer(Int64(kept)),
        "removed": .array(old.map { .string($0.receipt.id) }),
        "strangers": .array(strangers.map { .string($0) }),
      ]
    )
  }
}
