internal import Bytes
internal import Cryptography

/// A file of the local cache that is cut, changed, or of another repository: it is made again.
struct BrokenCache: Error {}

/// Proves pages and directories of the cache's files; for one thread.
///
/// The cache is on the user's disk, where a crash can tear it and others may reach it. What it says
/// decides whether a chunk is written, so nothing of it is believed without its code. A code binds
/// the repository, the file by a random number, and the page's place in it.
struct CacheSeal {
  static let nonceLength = 16
  static let tagLength = 16

  private let key: HMACKey
  private let binding: [UInt8]

  init(keys: KeyRing, binding: RepositoryBinding) throws {
    key = try HMACKey(KeyRing.derive(keys.indexKey, "drydock/1/index-cache"))
    self.binding = binding.id + binding.formatHash
  }

  /// The tag of one page: half a code, since a page is worth no more than the time to make it again.
  func tag(ofPage number: Int, nonce: [UInt8], _ content: Span<UInt8>) throws -> ArraySlice<UInt8> {
    var place = Array("page".utf8) + nonce
    place.append(littleEndian: UInt64(number))
    return try key.code(of: place.span, content)[..<Self.tagLength]
  }

  /// The code of a whole directory.
  func code(ofDirectory content: Span<UInt8>) throws -> [UInt8] {
    let place = Array("directory".utf8) + binding
    return try key.code(of: place.span, content)
  }
}
