internal import Rehearsal

/// The name under which a repository keeps a receipt: its id, and when it expires.
///
/// A receipt can be as large as a schema, and each gate leaves one. By the name a migration passes
/// over those that have long expired. A name proves nothing: what counts is what is signed.
struct ReceiptName: Sendable, Equatable {
  /// The receipt's id.
  let id: String
  /// In seconds since 1970; nil under a name of older versions, which is the id alone.
  let expires: Int?

  /// The name of a receipt that is to be kept.
  init(of receipt: Receipt) {
    id = receipt.id
    expires = receipt.expires
  }

  /// Reads a name.
  init(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    id = String(parts[0])
    expires = parts.count > 1 ? Int(parts[1]) : nil
  }

  /// As the repository writes it.
  var text: String { expires.map { "\(id).\($0)" } ?? id }
}
