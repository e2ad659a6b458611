import Compression
import Cryptography
import Digests
import Foundation
import ObjectStore

@testable import Repository
@testable import Snapshot

/// What every parser takes: the inputs from which the corpus is written.
enum FuzzSeeds {
  static func bytes(for entry: FuzzEntry) throws -> [UInt8] {
    switch entry {
    case .format:
      return try RepositoryFormat(id: String(repeating: "ab", count: 16)).encoded()
    case .keySlot:
      return try slot().encoded()
    case .secrets:
      return try FuzzKeys.roots().encoded().withBytes { bytes in
        bytes.indices.map { bytes[$0] }
      }
    case .packDirectory: return try directory()
    case .instanceHeader:
      var bytes: [UInt8] = []
      try instances()[1].instance.appendHeader(to: &bytes)
      return bytes
    case .index: return try index()
    case .sealedObject:
      let name = ObjectName(components: "snapshots", "fuzz")
      let sealed = SealedObject(keys: try FuzzKeys.ring(), binding: try FuzzKeys.binding())
      return try sealed.seal(try manifest(), as: .manifest, name: name)
    case .manifest: return try manifest()
    case .segment:
      let stripes = try (0..<3).map { number in
        Stripe(
          chunks: try (0..<number).map { try id(UInt8($0)) },
          rows: number,
          bytes: 100,
          digest: DigestSum(low: 1, high: .max)
        )
      }
      return Segment(stripes: stripes).encoded()
    case .stripeTrailer: return Array("1\ta\n2\tb\n".utf8) + Stripe.trailer(pageOffsets: [0, 4])
    case .largeObjects:
      let grant = LargeObjectList.Grant(role: nil, privilege: "SELECT", isGrantable: false)
      return try LargeObjectList(items: [
        .init(oid: 7, owner: "o", grants: [grant], comment: "c", size: 3, chunks: [try id(1)])
      ]).encoded()
    case .delta: return try delta()
    case .salvage:
      let store = MemoryStore()
      let repository = try Repository.create(in: store, encryption: .none)
      let writer = try repository.beginSnapshot(parent: nil)
      let content = Array("some content".utf8)
      let id = try writer.makeEncoder().write(content.span).id
      _ = try writer.commit(manifest: [], at: Date(timeIntervalSince1970: 0), closure: [id])
      return store.contents.first { $0.key.text.hasPrefix("packs") }?.value ?? []
    }
  }

  private static func id(_ byte: UInt8) throws -> ChunkID {
    ChunkID(exactly: [UInt8](repeating: byte, count: ChunkID.length))
  }

  private static func slot() throws -> KeySlot {
    let roots = try FuzzKeys.roots()
    let authority = try KeySlot.authority(roots)
    let binding = try FuzzKeys.binding()
    return try KeySlot.own(
      of: .none,
      id: FuzzKeys.slotID,
      label: "label",
      created: 1,
      authority: try authority.publicKey(),
      binding
    ).sealing(roots, authority, binding)
  }

  /// A full instance and a delta on it, one behind the other.
  private static func instances() throws -> [(instance: Instance, offset: UInt32)] {
    func instance(_ name: UInt8, base: UInt8?) throws -> Instance {
      Instance(
        id: try id(name),
        base: try base.map { try id($0) },
        generation: 1,
        storedLength: 100,
        rawLength: 200,
        kind: .data,
        codec: base == nil ? .zstd : .zstdWithBase,
        version: base == nil ? 0 : 1
      )
    }
    let (full, delta) = (try instance(1, base: nil), try instance(2, base: 1))
    return [(full, 8), (delta, 8 + UInt32(full.length))]
  }

  private static func directory() throws -> [UInt8] {
    var bytes: [UInt8] = []
    Pack.appendEntries(try instances(), to: &bytes)
    return bytes
  }

  private static func index() throws -> [UInt8] {
    var bytes: [UInt8] = [1, 0, 0, 0]
    try id(9).append(to: &bytes)
    bytes += [0, 4, 0, 0, 0, 0, 0, 0]
    return bytes + (try directory())
  }

  private static func manifest() throws -> [UInt8] {
    let url = URL(fileURLWithPath: "\(FuzzCorpus.directory)/manifest/whole")
    return Array(try Data(contentsOf: url))
  }

  private static func delta() throws -> [UInt8] {
    let base = Array(String(repeating: "one two three ", count: 20).utf8)
    let raw = base + Array("four".utf8) + base
    var frame: [UInt8] = []
    try Compressor().compress(raw.span, level: 3, prefix: base, appendingTo: &frame)
    let lengths = [raw.count, base.count].flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    return lengths + base + frame
  }
}
