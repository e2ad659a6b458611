import Bytes
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
    case .firstKeySlot: return try firstSlot()
    case .mark, .unmark, .lease, .knownDamage, .lastSeen, .findings, .listing, .failure:
      return Array(text(for: entry).utf8)
    }
  }

  /// What is text anyway.
  private static func text(for entry: FuzzEntry) -> String {
    let pack = String(repeating: "ab", count: 32)
    switch entry {
    case .mark:
      return """
        {"host":"h","process":7,"marked":1790000000,"packs":["\(pack)"],"isSwept":false}
        """
    case .unmark:
      return #"{"mark":"\#(String(repeating: "cd", count: 16))","unmarked":1790000000}"#
    case .lease:
      return """
        {"writer":"w","host":"h","process":7,"parent":"20260131T235959.123Z-1f2e3d4c",\
        "started":1790000000,"expires":1790003600,"written":1790000000}
        """
    case .knownDamage: return "\(pack) 8\n\(pack) 1000\n"
    case .lastSeen: return "20260131T235959.123Z-1f2e3d4c\n"
    case .findings:
      return """
        {"magic":"drydock probe","version":1,"probed":1790000000,"readAfterWrite":true,\
        "listAfterWrite":true,"rangeReads":true,"writeOnce":true,"deletes":true,"clockSkew":-2,\
        "conditionalWrites":"honoured","objectLock":"none"}
        """
    case .listing:
      return """
        <?xml version="1.0"?><!-- a page --><ListBucketResult xmlns="urn:s3">\
        <EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>\
        <NextContinuationToken>a&amp;b&#x31;</NextContinuationToken>\
        <Contents><Key>packs/%61b</Key><Size>12</Size>\
        <LastModified>2026-01-31T23:59:59.000Z</LastModified></Contents></ListBucketResult>
        """
    case .failure:
      return """
        <Error><Code>SlowDown</Code><Message><![CDATA[Please <wait>.]]></Message></Error>
        """
    default: return ""
    }
  }

  /// A slot of version 1 with numbers that are the same each time.
  private static func firstSlot() throws -> [UInt8] {
    let binding = try FuzzKeys.binding()
    let secret = [UInt8](repeating: 5, count: 32)
    let nonce = [UInt8](repeating: 6, count: AESGCM.nonceLength)
    var copy = secret
    let key = try KeyRing.derive(Secret(wiping: &copy), "drydock/1/slot/none")
    let plain = try FuzzKeys.roots().encoded().withBytes { bytes in bytes.indices.map { bytes[$0] }
    }
    let additional =
      Array("drydock/1/slot".utf8) + binding.id + binding.formatHash + Array("none".utf8)
    var wrapped: [UInt8] = []
    try AESGCM().seal(
      plain.span,
      key: key,
      nonce: nonce.span,
      additional: additional.span,
      appendingTo: &wrapped
    )
    let text = """
      {"magic":"drydock key slot","version":1,"kind":"none","label":"l",\
      "secret":"\(Hex.text(secret))","nonce":"\(Hex.text(nonce))","wrapped":"\(Hex.text(wrapped))"}
      """
    return Array(text.utf8)
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
