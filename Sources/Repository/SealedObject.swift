internal import Bytes
internal import Compression
internal import Cryptography
internal import ObjectStore

/// Seals and opens whole objects: index, manifests, leases, records; see docs/format.md.
struct SealedObject {
  enum Kind: UInt8 {
    case index = 1
    case manifest = 2
    case lease = 3
    case restore = 4
    case proof = 5
    case mark = 6
    case unmark = 7
    case tags = 8

    /// Whether a generation's key seals it, and not the one that outlives generations.
    var hasGeneration: Bool { self != .index && !isSigned }

    /// Whether the repository's authority signs it.
    var isSigned: Bool { [.mark, .unmark, .tags].contains(self) }

    /// The most bytes of its content, however few a store has for it.
    var rawLimit: Int {
      switch self {
      case .manifest, .restore, .proof, .tags: 64 << 20
      case .index, .lease, .mark, .unmark: 256 << 20
      }
    }
  }

  /// What stands before the salt.
  private struct Header {
    let kind: UInt8
    let codec: UInt8
    let generation: UInt32
    let rawLength: UInt64

    init(reading reader: inout ByteReader) throws {
      try reader.expect(SealedObject.magic)
      kind = try reader.u8()
      codec = try reader.u8()
      try reader.reserved(2)
      generation = try reader.u32()
      rawLength = try reader.u64()
    }
  }

  private static let magic = "DRYSEAL1"
  private static let headerLength = 24
  private static let saltLength = 16
  private static let overhead =
    headerLength + saltLength + AESGCM.nonceLength + AESGCM.tagLength

  let keys: KeyRing
  let binding: RepositoryBinding

  /// The object's bytes for a content.
  func seal(_ content: [UInt8], as kind: Kind, name: ObjectName) throws -> [UInt8] {
    let whole = kind.isSigned ? try custody.signed(content, kind, name) : content
    return try seal(whole: whole, as: kind, name: name)
  }

  /// The object's bytes for a content that is signed where it has to be.
  func seal(whole raw: [UInt8], as kind: Kind, name: ObjectName) throws -> [UInt8] {
    guard raw.count <= kind.rawLimit else {
      throw Malformed("it would be larger than \(kind.rawLimit >> 20) MiB")
    }
    var frame: [UInt8] = []
    try Compressor().compress(raw.span, level: 3, appendingTo: &frame)
    let isCompressed =
      try frame.count < raw.count && Decompressor().reproduces(raw.span, from: frame.span)
    let generation = kind.hasGeneration ? keys.currentGeneration : 0
    let plain = isCompressed ? frame : raw
    var output = Self.header(kind, isCompressed, generation, raw.count)
    let additional = additional(output[...], name)
    let salt = try Randomness.bytes(Self.saltLength)
    let nonce = try Randomness.bytes(AESGCM.nonceLength)
    output += salt + nonce
    try AESGCM().seal(
      plain.span,
      key: key(kind, generation, salt),
      nonce: nonce.span,
      additional: additional.span,
      appendingTo: &output
    )
    return output
  }

  /// The content of an object's bytes.
  func open(_ bytes: [UInt8], as kind: Kind, name: ObjectName) throws -> [UInt8] {
    let raw = try unseal(bytes, kind, name)
    return kind.isSigned ? try custody.verified(raw, kind, name) : raw
  }

  /// The generation that an object is sealed with; believe it of one that was opened.
  static func generation(of bytes: [UInt8]) throws -> UInt32 {
    var reader = ByteReader(bytes)
    return try Header(reading: &reader).generation
  }

  private var custody: Custody { Custody(keys: keys, binding: binding) }

  /// The content with what is signed of it still there.
  func unseal(_ bytes: [UInt8], _ kind: Kind, _ name: ObjectName) throws -> [UInt8] {
    guard bytes.count >= Self.overhead else { throw Malformed("it ends too early") }
    var reader = ByteReader(bytes)
    let header = try Header(reading: &reader)
    guard header.kind == kind.rawValue else { throw Malformed("it is of another type") }
    guard header.codec <= 1 else { throw Malformed("its codec \(header.codec) is not known") }
    guard header.rawLength <= UInt64(kind.rawLimit) else {
      throw Malformed("its length is not possible")
    }
    let salt = Array(try reader.take(Self.saltLength))
    let nonce = Array(try reader.take(AESGCM.nonceLength))
    var plain: [UInt8] = []
    try AESGCM().open(
      bytes.span.extracting(reader.offset...),
      key: key(kind, header.generation, salt),
      nonce: nonce.span,
      additional: additional(bytes[..<Self.headerLength], name).span,
      appendingTo: &plain
    )
    if header.codec == 1 {
      return try Decompressor().decompress(plain.span, rawLength: Int(header.rawLength))
    }
    guard plain.count == Int(header.rawLength) else {
      throw Malformed("its length is not as recorded")
    }
    return plain
  }

  private static func header(
    _ kind: Kind,
    _ isCompressed: Bool,
    _ generation: UInt32,
    _ rawLength: Int
  ) -> [UInt8] {
    var header = Array(magic.utf8)
    header.append(kind.rawValue)
    header.append(isCompressed ? 1 : 0)
    header.append(littleEndian: UInt16(0))
    header.append(littleEndian: generation)
    header.append(littleEndian: UInt64(rawLength))
    return header
  }

  private func key(_ kind: Kind, _ generation: UInt32, _ salt: [UInt8]) throws -> Secret {
    let root = kind.hasGeneration ? try keys.objectRoot(generation) : keys.indexKey
    var code = try HMACKey(root).code(of: ([kind.rawValue] + salt).span)
    return Secret(wiping: &code)
  }

  private func additional(_ header: ArraySlice<UInt8>, _ name: ObjectName) -> [UInt8] {
    Array("drydock/1/object".utf8) + binding.id + binding.formatHash + header
      + Array(name.text.utf8)
  }
}
