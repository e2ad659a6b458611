internal import Files
internal import ObjectStore
internal import Problems
internal import Rehearsal
internal import Repository

/// Receipts to choose from, and which of them are revoked.
struct ReceiptShelf: Sendable {
  /// Newest first.
  private(set) var receipts: [SignedReceipt] = []
  /// The ids of those that a key signed which is not trusted here.
  private(set) var untrusted: [String] = []
  /// Revocations by the receipt's id.
  private(set) var revocations: [String: Revocation] = [:]

  /// Nothing.
  init() {}

  /// What a repository has.
  init(in store: any ObjectStore, trusting keys: [[UInt8]]) throws {
    for (id, bytes) in try Repository.signedRecords(.receipt, in: store) {
      do {
        receipts.append(try SignedReceipt(decoding: bytes, trusting: keys))
      } catch let problem as Problem where problem.code == SignedReceipt.untrustedCode {
        untrusted.append(id)
      } catch let problem as Problem where problem.code == SignedReceipt.foreignCode {
        untrusted.append(id)
      }
    }
    receipts.sort { ($0.receipt.created, $0.receipt.id) > ($1.receipt.created, $1.receipt.id) }
    try readRevocations(of: store, trusting: keys)
  }

  /// One receipt in a file.
  init(file: String, trusting keys: [[UInt8]]) throws {
    let bytes = try ReadableFile.contents(of: file, limit: 64 << 20)
    receipts = [try SignedReceipt(decoding: bytes, trusting: keys)]
  }

  /// Reads what was revoked; what nobody trusted has signed counts for nothing.
  mutating func readRevocations(of store: any ObjectStore, trusting keys: [[UInt8]]) throws {
    for (id, bytes) in try Repository.signedRecords(.revocation, in: store) {
      guard let revocation = try Revocation(decoding: bytes, trusting: keys),
        revocation.receipt == id
      else { continue }
      revocations[id] = revocation
    }
  }
}
