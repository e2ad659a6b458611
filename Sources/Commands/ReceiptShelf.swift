internal import Files
internal import ObjectStore
internal import Problems
internal import Rehearsal
internal import Repository

/// Receipts to choose from, and which of them are revoked.
struct ReceiptShelf: Sendable {
  /// Newest first.
  private(set) var receipts: [SignedReceipt] = []
  /// The ids of those that count for nothing here: signed with a key that is not trusted, made by
  /// another version of the program, altered, or not what their name says.
  private(set) var untrusted: [String] = []
  /// The public keys whose signatures count.
  private(set) var keys: [[UInt8]] = []
  /// Revocations by the receipt's id.
  private(set) var revocations: [String: Revocation] = [:]

  /// Nothing.
  init() {}

  /// What a repository has.
  init(in store: any ObjectStore, trusting keys: [[UInt8]]) throws {
    self.keys = keys
    for (id, bytes) in try Repository.signedRecords(.receipt, in: store) {
      if let receipt = try Self.receipt(id, bytes, trusting: keys) {
        receipts.append(receipt)
      } else {
        untrusted.append(id)
      }
    }
    receipts.sort { ($0.receipt.created, $0.receipt.id) > ($1.receipt.created, $1.receipt.id) }
    try readRevocations(of: store, trusting: keys)
  }

  /// A receipt that may count; nil for any other, or whoever may write to a store could stop every
  /// migration with a byte.
  private static func receipt(
    _ id: String,
    _ bytes: [UInt8],
    trusting keys: [[UInt8]]
  ) throws -> SignedReceipt? {
    do {
      let signed = try SignedReceipt(decoding: bytes, trusting: keys)
      return signed.receipt.id == id ? signed : nil
    } catch let problem as Problem where problem.kind == .refused {
      return nil
    }
  }

  /// One receipt in a file.
  init(file: String, trusting keys: [[UInt8]]) throws {
    self.keys = keys
    let bytes = try ReadableFile.contents(of: file, limit: 64 << 20)
    receipts = [try SignedReceipt(decoding: bytes, trusting: keys)]
  }

  /// Reads what was revoked: what somebody trusted has signed counts, under whatever name it lies;
  /// nothing else does (docs/decisions/0036).
  mutating func readRevocations(of store: any ObjectStore, trusting keys: [[UInt8]]) throws {
    for (_, bytes) in try Repository.signedRecords(.revocation, in: store) {
      guard let revocation = try Revocation(decoding: bytes, trusting: keys) else { continue }
      revocations[revocation.receipt] = revocation
    }
  }
}
