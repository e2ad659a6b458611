internal import Bytes
internal import Cryptography
internal import Migration

/// Hashes the values of a patch's variables under a key that is a receipt's own.
///
/// A receipt is no secret, so it holds no value, only what tells whether it is the same one. The key
/// stands in the receipt beside the hashes: two receipts do not show that they used the same value,
/// and no table of hashes made in advance helps. A value that can be guessed can still be tried;
/// variables are no place for secrets, for they end in the text of statements.
struct BoundVariables {
  private let key: HMACKey

  /// Hashes under a receipt's key, in hexadecimal.
  init(key: String) throws {
    let bytes = Array(key.utf8)
    self.key = try HMACKey(Secret(bytes.span))
  }

  /// The hash of each variable that a patch and the files beside it use.
  func hashes(of patch: Patch) throws -> [String: String] {
    var hashes: [String: String] = [:]
    for script in [patch.script, patch.undo, patch.verify].compactMap({ $0 }) {
      for (name, value) in script.variables {
        let text = Array("\(name)\u{0}\(value)".utf8)
        hashes[name] = Hex.text(try key.code(of: text.span))
      }
    }
    return hashes
  }
}
