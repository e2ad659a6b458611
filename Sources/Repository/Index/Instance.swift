internal import Bytes

/// One stored form of a chunk, as its header in the pack and its entry in a directory say.
///
/// A full instance opens by itself. A delta is a frame that needs the raw bytes of its base, and
/// its version says where it stands in its chain, see docs/format.md, "Chains".
struct Instance: Sendable, Equatable {
  enum Codec: UInt8, Sendable {
    case raw = 0
    case zstd = 1
    case zstdWithBase = 2
  }

  /// Bases that a reader opens, at the most, before it can open an instance.
  static let depthLimit = 6
  static let rawLimit = 16 << 20
  static let headerLength = 48
  /// Bytes of an entry in a directory or an index, and where in it the offset stands.
  static let entryLength = 84
  static let offsetInEntry = 40
  static let saltLength = 16
  static let sealLength = saltLength + 12 + 16

  var id: ChunkID
  var base: ChunkID?
  var generation: UInt32
  var storedLength: UInt32
  var rawLength: UInt32
  var kind: ChunkKind
  var codec: Codec
  /// 0 for a full instance, or the place in its chain.
  var version: UInt8

  /// How many bases must be opened first.
  var depth: Int { Self.depth(ofVersion: version) }

  /// The number of set bits: each step to a base clears one.
  static func depth(ofVersion version: UInt8) -> Int { version.nonzeroBitCount }

  /// Bytes that the whole instance takes in its pack.
  var length: Int {
    Self.headerLength + (base == nil ? 0 : ChunkID.length) + Self.sealLength + Int(storedLength)
  }

  /// The header, which the seal binds.
  func appendHeader(to output: inout [UInt8]) {
    output.append(kind.rawValue)
    output.append(codec.rawValue)
    output.append(UInt8(depth))
    output.append(version)
    output.append(littleEndian: generation)
    output.append(littleEndian: rawLength)
    output.append(littleEndian: storedLength)
    id.append(to: &output)
    base?.append(to: &output)
  }

  static func readHeader(_ reader: inout ByteReader) throws -> Instance {
    let (kind, codec, version) = try readForm(&reader)
    let generation = try reader.u32()
    let rawLength = try reader.u32()
    let storedLength = try reader.u32()
    let id = try ChunkID(reading: &reader)
    let base = version > 0 ? try ChunkID(reading: &reader) : nil
    return try Instance(
      id: id,
      base: base,
      generation: generation,
      storedLength: storedLength,
      rawLength: rawLength,
      kind: kind,
      codec: codec,
      version: version
    ).checked()
  }

  /// An entry of a pack's directory or of an index: 84 bytes.
  func appendEntry(at offset: UInt32, to output: inout [UInt8]) {
    id.append(to: &output)
    output.append(kind.rawValue)
    output.append(codec.rawValue)
    output.append(UInt8(depth))
    output.append(version)
    output.append(littleEndian: generation)
    output.append(littleEndian: offset)
    output.append(littleEndian: storedLength)
    output.append(littleEndian: rawLength)
    if let base {
      base.append(to: &output)
    } else {
      output.append(contentsOf: repeatElement(0, count: ChunkID.length))
    }
  }

  static func readEntry(_ reader: inout ByteReader) throws -> (Instance, offset: UInt32) {
    let id = try ChunkID(reading: &reader)
    let (kind, codec, version) = try readForm(&reader)
    let generation = try reader.u32()
    let offset = try reader.u32()
    let storedLength = try reader.u32()
    let rawLength = try reader.u32()
    let base = try readBase(&reader, version)
    let instance = try Instance(
      id: id,
      base: base,
      generation: generation,
      storedLength: storedLength,
      rawLength: rawLength,
      kind: kind,
      codec: codec,
      version: version
    ).checked()
    return (instance, offset)
  }

  private static func readForm(
    _ reader: inout ByteReader
  ) throws -> (ChunkKind, Codec, version: UInt8) {
    guard let kind = ChunkKind(rawValue: try reader.u8()) else {
      throw Malformed("a chunk's kind is not known")
    }
    guard let codec = Codec(rawValue: try reader.u8()) else {
      throw Malformed("a chunk's codec is not known")
    }
    let depth = Int(try reader.u8())
    let version = try reader.u8()
    guard depth <= depthLimit, depth == self.depth(ofVersion: version) else {
      throw Malformed("a chunk's depth does not fit its version")
    }
    guard (depth > 0) == (codec == .zstdWithBase) else {
      throw Malformed("a chunk's depth does not fit its codec")
    }
    return (kind, codec, version)
  }

  /// The base in an entry, where a full instance has zeros instead.
  private static func readBase(
    _ reader: inout ByteReader,
    _ version: UInt8
  ) throws -> ChunkID? {
    if version > 0 { return try ChunkID(reading: &reader) }
    try reader.reserved(ChunkID.length)
    return nil
  }

  private func checked() throws -> Instance {
    guard rawLength <= UInt32(Self.rawLimit), storedLength <= rawLength,
      codec != .raw || storedLength == rawLength
    else { throw Malformed("a chunk's lengths are not possible") }
    guard base != id else { throw Malformed("a chunk is its own base") }
    return self
  }
}
