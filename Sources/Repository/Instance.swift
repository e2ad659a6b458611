/// One stored form of a chunk, as its header in the pack and its entry in a directory say.
struct Instance: Sendable, Equatable {
  enum Codec: UInt8, Sendable {
    case raw = 0
    case zstd = 1
    case zstdWithBase = 2
  }

  static let rawLimit = 16 << 20
  static let headerLength = 48
  static let saltLength = 16
  static let sealLength = saltLength + 12 + 16

  var id: ChunkID
  var base: ChunkID?
  var generation: UInt32
  var storedLength: UInt32
  var rawLength: UInt32
  var kind: ChunkKind
  var codec: Codec
  var depth: UInt8

  /// Bytes that the whole instance takes in its pack.
  var length: Int {
    Self.headerLength + (base == nil ? 0 : ChunkID.length) + Self.sealLength + Int(storedLength)
  }

  /// The header, which the seal binds.
  func appendHeader(to output: inout [UInt8]) {
    output.append(kind.rawValue)
    output.append(codec.rawValue)
    output.append(depth)
    output.append(0)
    output.append(little: generation)
    output.append(little: rawLength)
    output.append(little: storedLength)
    id.append(to: &output)
    base?.append(to: &output)
  }

  static func readHeader(_ reader: inout ByteReader) throws -> Instance {
    let (kind, codec, depth) = try readForm(&reader)
    let generation = try reader.u32()
    let rawLength = try reader.u32()
    let storedLength = try reader.u32()
    let id = try ChunkID(reading: &reader)
    let base = depth > 0 ? try ChunkID(reading: &reader) : nil
    return try Instance(
      id: id,
      base: base,
      generation: generation,
      storedLength: storedLength,
      rawLength: rawLength,
      kind: kind,
      codec: codec,
      depth: depth
    ).checked()
  }

  /// An entry of a pack's directory or of an index: 84 bytes.
  func appendEntry(at offset: UInt32, to output: inout [UInt8]) {
    id.append(to: &output)
    output.append(kind.rawValue)
    output.append(codec.rawValue)
    output.append(depth)
    output.append(0)
    output.append(little: generation)
    output.append(little: offset)
    output.append(little: storedLength)
    output.append(little: rawLength)
    if let base {
      base.append(to: &output)
    } else {
      output.append(contentsOf: repeatElement(0, count: ChunkID.length))
    }
  }

  static func readEntry(_ reader: inout ByteReader) throws -> (Instance, offset: UInt32) {
    let id = try ChunkID(reading: &reader)
    let (kind, codec, depth) = try readForm(&reader)
    let generation = try reader.u32()
    let offset = try reader.u32()
    let storedLength = try reader.u32()
    let rawLength = try reader.u32()
    let base = try ChunkID(reading: &reader)
    let instance = try Instance(
      id: id,
      base: depth > 0 ? base : nil,
      generation: generation,
      storedLength: storedLength,
      rawLength: rawLength,
      kind: kind,
      codec: codec,
      depth: depth
    ).checked()
    return (instance, offset)
  }

  private static func readForm(
    _ reader: inout ByteReader
  ) throws -> (ChunkKind, Codec, depth: UInt8) {
    guard let kind = ChunkKind(rawValue: try reader.u8()) else {
      throw Malformed("a chunk's kind is not known")
    }
    guard let codec = Codec(rawValue: try reader.u8()) else {
      throw Malformed("a chunk's codec is not known")
    }
    let depth = try reader.u8()
    try reader.reserved(1)
    guard depth <= 6, (depth > 0) == (codec == .zstdWithBase) else {
      throw Malformed("a chunk's depth does not fit its codec")
    }
    return (kind, codec, depth)
  }

  private func checked() throws -> Instance {
    guard rawLength <= UInt32(Self.rawLimit), storedLength <= rawLength,
      codec != .raw || storedLength == rawLength
    else { throw Malformed("a chunk's lengths are not possible") }
    return self
  }
}
