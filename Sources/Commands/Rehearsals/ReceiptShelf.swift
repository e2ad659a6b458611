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

  /// How many receipts the repository has, those that were not read too.
  private(set) var recordCount = 0
  private var names: [ReceiptName] = []

  /// Nothing.
  init() {}

  /// What a repository has, as far as it is wanted.
  ///
  /// - Parameters:
  ///   - store: The repository's store.
  ///   - keys: Whose receipts count.
  ///   - choose: Says by the names which are read.
  /// - Throws: What the store throws.
  init(
    in store: any ObjectStore,
    trusting keys: [[UInt8]],
    _ choose: ([ReceiptName]) -> [ReceiptName] = { $0 }
  ) throws {
    self.keys = keys
    let all = try Repository.signedRecords(.receipt, in: store).map { ReceiptName($0) }
    recordCount = all.count
    names = choose(all)
    for name in names {
      let bytes = try Repository.signedRecord(.receipt, name.text, in: store)
      if let receipt = try Self.receipt(name.id, bytes, trusting: keys) {
        receipts.append(receipt)
      } else {
        untrusted.append(name.id)
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

  /// The names under which the repository keeps a receipt.
  func records(of id: String) -> [String] { names.filter { $0.id == id }.map(\.text) }

  /// Those that a migration may want: all that have not expired, and the last that have, so that it
  /// can say so.
  static func usable(_ names: [ReceiptName], now: Int) -> [ReceiptName] {
    let dated = names.filter { $0.expires != nil }
      .sorted { ($0.expires ?? 0, $0.id) > ($1.expires ?? 0, $1.id) }
    let good = dated.prefix { $0.expires ?? 0 >= now }
    return names.filter { $0.expires == nil } + good + dated.dropFirst(good.count).prefix(20)
  }

  /// Reads which of the receipts were revoked: what somebody trusted has signed counts, nothing else
  /// does (docs/decisions/0036).
  mutating func readRevocations(of store: any ObjectStore, trusting keys: [[UInt8]]) throws {
    let read = Set(receipts.map { Substring($0.receipt.id) })
    for name in try Repository.signedRecords(.revocation, in: store) {
      // Where somebody had taken a revocation's name, it has something after a dot.
      guard read.contains(name.prefix { $0 != "." }) else { continue }
      let bytes = try Repository.signedRecord(.revocation, name, in: store)
      guard let revocation = try Revocation(decoding: bytes, trusting: keys),
        revocation.receipt == name.prefix(while: { $0 != "." })
      else { continue }
      revocations[revocation.receipt] = revocation
    }
  }
}
