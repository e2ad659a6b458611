import Files
import TestSupport
import Testing

extension Drydock {
  /// Flips a bit in the middle of a repository's first pack.
  func damagePack() throws {
    let path = try #require(try objects(in: "packs").first)
    var bytes = try ReadableFile.contents(of: path)
    bytes[bytes.count / 2] ^= 0x04
    try AtomicFile.write(bytes, to: path, collision: .replace, durability: .fast)
  }
}
