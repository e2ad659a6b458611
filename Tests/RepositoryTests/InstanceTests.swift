import Bytes
import Testing

@testable import Repository

@Suite("Headers and entries say one form of a chunk only")
struct InstanceTests {
  private func header(codec: UInt8, depth: UInt8, version: UInt8) -> [UInt8] {
    let lengths: [UInt8] = [1, 0, 0, 0] + [100, 0, 0, 0] + [10, 0, 0, 0]
    let base = version == 0 && depth == 0 ? [] : [UInt8](repeating: 8, count: 32)
    return [0, codec, depth, version] + lengths + [UInt8](repeating: 7, count: 32) + base
  }

  private func read(_ bytes: [UInt8]) throws -> Instance {
    var reader = ByteReader(bytes)
    let instance = try Instance.readHeader(&reader)
    try reader.expectEnd()
    return instance
  }

  @Test("Every version of up to six set bits is read and written again byte for byte")
  func versions() throws {
    for version in UInt8.min...UInt8.max where version.nonzeroBitCount <= 6 {
      let depth = UInt8(version.nonzeroBitCount)
      let bytes = header(codec: version == 0 ? 1 : 2, depth: depth, version: version)
      let instance = try read(bytes)
      #expect(instance.version == version && instance.depth == Int(depth))
      #expect((instance.base == nil) == (version == 0))
      var written: [UInt8] = []
      instance.appendHeader(to: &written)
      #expect(written == bytes)
      var entry: [UInt8] = []
      instance.appendEntry(at: 8, to: &entry)
      var reader = ByteReader(entry)
      let again = try Instance.readEntry(&reader)
      #expect(again.0 == instance && again.offset == 8 && reader.remaining == 0)
    }
  }

  @Test("Depth, version and codec that do not fit each other are refused")
  func hostileForms() throws {
    var accepted = 0
    var wrong: [String] = []
    for codec in UInt8(0)...3 {
      for depth in UInt8(0)...8 {
        for version in UInt8.min...UInt8.max {
          let fits =
            depth <= 6 && Int(depth) == version.nonzeroBitCount
            && (version == 0 ? codec == 1 : codec == 2)
          var isRead = true
          do {
            _ = try read(header(codec: codec, depth: depth, version: version))
          } catch is Malformed {
            isRead = false
          }
          if isRead { accepted += 1 }
          if isRead != fits { wrong.append("codec \(codec), depth \(depth), version \(version)") }
        }
      }
    }
    #expect(wrong.isEmpty)
    // One full form, and 2^8 - 1 versions without the eight of seven bits and the one of eight.
    #expect(accepted == 1 + 255 - 8 - 1)
  }

  @Test("A chunk that is its own base is refused, and so is a full one that names a base")
  func hostileBases() throws {
    var own = header(codec: 2, depth: 1, version: 1)
    own.replaceSubrange(48..<80, with: [UInt8](repeating: 7, count: 32))
    #expect(throws: Malformed.self) { try read(own) }

    var entry: [UInt8] = []
    try read(header(codec: 1, depth: 0, version: 0)).appendEntry(at: 8, to: &entry)
    entry[entry.count - 1] = 1
    var reader = ByteReader(entry)
    #expect(throws: Malformed.self) { try Instance.readEntry(&reader) }
  }
}
