internal import Bytes
internal import Cryptography
internal import ObjectStore

/// The name of a pack: SHA-256 of its bytes.
typealias PackID = ChunkID

/// A pack as an index knows it.
struct PackEntry: Sendable {
  static let sizeLimit = 64 << 20

  var id: PackID
  var size: Int
  var instances: [(instance: Instance, offset: UInt32)]
}

/// A pack in memory while it fills.
struct PackBuilder {
  static let target = 32 << 20

  private(set) var bytes: [UInt8]
  private(set) var instances: [(instance: Instance, offset: UInt32)] = []

  /// Starts a pack in a buffer that an earlier pack has left, which saves its page faults.
  init(reusing buffer: [UInt8]) {
    bytes = buffer
    bytes.removeAll(keepingCapacity: true)
    bytes.reserveCapacity(Self.target + (1 << 20))
    bytes += Pack.head.utf8
  }

  var isFull: Bool { bytes.count >= Self.target }

  mutating func append(_ instance: Instance, sealed: [UInt8]) {
    instances.append((instance, UInt32(bytes.count)))
    bytes.append(contentsOf: sealed)
  }

  /// Adds the directory and the end; the pack is then ready to be stored.
  mutating func close(keys: KeyRing, binding: RepositoryBinding) throws -> PackEntry {
    let start = bytes.count
    try Pack.sealDirectory(instances, keys, binding, appendingTo: &bytes)
    bytes.append(littleEndian: UInt32(bytes.count - start))
    bytes.append(littleEndian: UInt32(0))
    bytes += Pack.end.utf8
    guard let id = PackID(try SHA256.hash(bytes.span)) else {
      throw CryptographyError.badLength("a pack id")
    }
    return PackEntry(id: id, size: bytes.count, instances: instances)
  }
}

/// The layout of a pack, see docs/format.md.
enum Pack {
  static let directory = "packs"
  static let head = "DRYPACK1"
  static let end = "DRYPEND1"
  static let trailerLength = 16

  static func name(_ id: PackID) -> ObjectName {
    let text = id.description
    return ObjectName(components: directory, String(text.prefix(2)), text)
  }

  /// The packs that are in a store, with their sizes.
  static func sizes(in store: any ObjectStore) throws -> [ObjectName: Int] {
    var sizes: [ObjectName: Int] = [:]
    for object in try store.list(directory) { sizes[object.name] = object.size }
    return sizes
  }

  /// The id that a pack's object name claims, or nil when the name is not a pack's.
  static func id(from name: ObjectName) -> PackID? {
    guard let id = PackID(text: name.lastComponent), self.name(id) == name else { return nil }
    return id
  }

  static func sealDirectory(
    _ instances: [(instance: Instance, offset: UInt32)],
    _ keys: KeyRing,
    _ binding: RepositoryBinding,
    appendingTo output: inout [UInt8]
  ) throws {
    var plain: [UInt8] = []
    appendEntries(instances, to: &plain)
    let salt = try Randomness.bytes(Instance.saltLength)
    let nonce = try Randomness.bytes(AESGCM.nonceLength)
    output += salt + nonce
    try AESGCM().seal(
      plain.span,
      key: directoryKey(keys, salt),
      nonce: nonce.span,
      additional: additional(binding).span,
      appendingTo: &output
    )
  }

  /// Reads the directory from the end of a stored pack, without reading its chunks.
  static func readDirectory(
    of name: ObjectName,
    in store: any ObjectStore,
    keys: KeyRing,
    binding: RepositoryBinding
  ) throws -> PackEntry {
    try Damage.naming(name) {
      guard let id = id(from: name) else { throw Malformed("its name is not a pack's") }
      let size = try store.size(of: name)
      guard size >= head.utf8.count + trailerLength, size <= PackEntry.sizeLimit else {
        throw Malformed("a pack cannot have \(size) bytes")
      }
      var trailer = ByteReader(try store.get(name, range: size - trailerLength..<size))
      let length = Int(try trailer.u32())
      try trailer.reserved(4)
      guard (try? trailer.expect(end)) != nil else {
        throw Malformed("its end is missing: it was truncated")
      }
      let start = size - trailerLength - length
      guard start >= head.utf8.count else { throw Malformed("its directory cannot be so long") }
      let sealed = try store.get(name, range: start..<start + length)
      let instances = try openDirectory(sealed, keys, binding)
      try check(instances, endAt: start)
      return PackEntry(id: id, size: size, instances: instances)
    }
  }

  static func appendEntries(
    _ instances: [(instance: Instance, offset: UInt32)],
    to output: inout [UInt8]
  ) {
    output.append(littleEndian: UInt32(instances.count))
    for (instance, offset) in instances { instance.appendEntry(at: offset, to: &output) }
  }

  static func readEntries(
    _ reader: inout ByteReader
  ) throws -> [(instance: Instance, offset: UInt32)] {
    let count = Int(try reader.u32())
    guard count <= reader.remaining / Instance.entryLength else {
      throw Malformed("it ends too early")
    }
    var instances: [(instance: Instance, offset: UInt32)] = []
    instances.reserveCapacity(count)
    for _ in 0..<count { instances.append(try Instance.readEntry(&reader)) }
    return instances
  }

  private static func openDirectory(
    _ sealed: [UInt8],
    _ keys: KeyRing,
    _ binding: RepositoryBinding
  ) throws -> [(instance: Instance, offset: UInt32)] {
    var reader = ByteReader(sealed)
    let salt = Array(try reader.take(Instance.saltLength))
    let nonce = Array(try reader.take(AESGCM.nonceLength))
    var plain: [UInt8] = []
    try AESGCM().open(
      sealed.span.extracting(reader.offset...),
      key: directoryKey(keys, salt),
      nonce: nonce.span,
      additional: additional(binding).span,
      appendingTo: &plain
    )
    return try decodeDirectory(plain)
  }

  /// Reads what a sealed directory holds.
  static func decodeDirectory(
    _ plain: [UInt8]
  ) throws -> [(instance: Instance, offset: UInt32)] {
    var entries = ByteReader(plain)
    let instances = try readEntries(&entries)
    try entries.expectEnd()
    return instances
  }

  /// Instances follow each other without a gap, from the head to the directory.
  static func check(
    _ instances: [(instance: Instance, offset: UInt32)],
    endAt end: Int
  ) throws {
    var next = head.utf8.count
    for (instance, offset) in instances {
      guard Int(offset) == next else { throw Malformed("its directory does not fit its chunks") }
      next += instance.length
    }
    guard next == end, !instances.isEmpty else {
      throw Malformed("its directory does not fit its chunks")
    }
  }

  private static func directoryKey(_ keys: KeyRing, _ salt: [UInt8]) throws -> Secret {
    let label = Array("drydock/1/directory".utf8)
    var code = try HMACKey(keys.indexKey).code(of: label.span, salt.span)
    return Secret(wiping: &code)
  }

  private static func additional(_ binding: RepositoryBinding) -> [UInt8] {
    Array("drydock/1/directory".utf8) + binding.id + binding.formatHash
  }
}
