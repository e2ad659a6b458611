internal import Bytes
internal import Cryptography

/// What a chunk holds; part of its id, so that a list can never stand in for data.
public enum ChunkKind: UInt8, Sendable, CaseIterable {
  /// Rows and other bulk content.
  case data = 0
  /// Names of other chunks.
  case list = 1
  /// Texts such as a schema.
  case text = 2
}

/// The name of a chunk: HMAC-SHA-256 over its kind and its raw bytes, with the repository's id key.
///
/// Equal content has equal ids, which is how it is stored once; without the key an id says nothing
/// about the content.
public struct ChunkID: Sendable, Hashable, Comparable {
  /// The number of bytes.
  public static let length = 32

  // Words in big-endian order, so that comparing words is comparing bytes.
  let words: (UInt64, UInt64, UInt64, UInt64)

  /// Takes 32 bytes; nil for another length.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.length else { return nil }
    self.init(exactly: bytes)
  }

  /// Takes a slice of 32 bytes; nil for another length.
  ///
  /// Other modules call this one without the cost of a generic call, once for each of a million
  /// stripes.
  public init?(_ bytes: ArraySlice<UInt8>) {
    guard bytes.count == Self.length else { return nil }
    self.init(exactly: bytes)
  }

  /// Takes bytes that are known to be 32.
  init(exactly bytes: some Collection<UInt8>) {
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    var position = 0
    for byte in bytes {
      switch position >> 3 {
      case 0: words.0 = words.0 << 8 | UInt64(byte)
      case 1: words.1 = words.1 << 8 | UInt64(byte)
      case 2: words.2 = words.2 << 8 | UInt64(byte)
      default: words.3 = words.3 << 8 | UInt64(byte)
      }
      position += 1
    }
    self.words = words
  }

  /// The 32 bytes.
  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.length)
    append(to: &bytes)
    return bytes
  }

  /// Appends the 32 bytes to a buffer.
  public func append(to output: inout [UInt8]) {
    output.append(littleEndian: words.0.byteSwapped)
    output.append(littleEndian: words.1.byteSwapped)
    output.append(littleEndian: words.2.byteSwapped)
    output.append(littleEndian: words.3.byteSwapped)
  }

  /// Whether all bytes are equal.
  public static func == (left: ChunkID, right: ChunkID) -> Bool { left.words == right.words }

  /// Orders by bytes.
  public static func < (left: ChunkID, right: ChunkID) -> Bool { left.words < right.words }

  /// Ids are uniform, so one word is enough of a hash.
  public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

  /// Reads 32 bytes from a reader.
  init(reading reader: inout ByteReader) throws {
    self.init(exactly: try reader.take(Self.length))
  }
}

extension ChunkID: CustomStringConvertible, Codable {
  /// 64 hexadecimal digits.
  public var description: String { Hex.text(bytes) }

  /// Reads 64 hexadecimal digits; nil for anything else.
  public init?(text: String) {
    guard let bytes = Hex.bytes(text, count: Self.length) else { return nil }
    self.init(exactly: bytes)
  }

  /// Reads the text form.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let id = ChunkID(text: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "a chunk id has 64 hexadecimal digits"
      )
    }
    self = id
  }

  /// Writes the text form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
