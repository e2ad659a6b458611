internal import Bytes
internal import Cryptography
internal import ObjectStore

/// What index objects say of each pack, so that two that contradict each other are noticed.
///
/// Of several that name a pack the first is taken. Every slot that may only write has the index key;
/// so a host can say of somebody else's pack what is not true, and hide what it holds.
struct PackClaims {
  private struct Claim {
    let digest: [UInt8]
    let object: ObjectName
  }

  private var claims: [PackID: Claim] = [:]

  /// Notes what an index object says.
  ///
  /// - Parameters:
  ///   - entries: The packs in it.
  ///   - object: Its name.
  /// - Returns: The packs of which an earlier object has said something else, each with that object.
  /// - Throws: When libcrypto refuses.
  mutating func note(
    _ entries: [PackEntry],
    in object: ObjectName
  ) throws -> [(entry: PackEntry, earlier: ObjectName)] {
    var contradicted: [(entry: PackEntry, earlier: ObjectName)] = []
    for entry in entries {
      let claim = Claim(digest: try Self.digest(of: entry), object: object)
      guard let earlier = claims[entry.id] else {
        claims[entry.id] = claim
        continue
      }
      if earlier.digest != claim.digest { contradicted.append((entry, earlier.object)) }
    }
    return contradicted
  }

  /// A hash of all that is said of a pack.
  static func digest(of entry: PackEntry) throws -> [UInt8] {
    var content: [UInt8] = []
    content.append(littleEndian: UInt64(entry.size))
    Pack.appendEntries(entry.instances, to: &content)
    return try SHA256.hash(content)
  }
}
