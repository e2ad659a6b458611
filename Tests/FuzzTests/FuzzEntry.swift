import Bytes
import Compression
import Cryptography
import HTTP
import Problems

@testable import ObjectStore
@testable import Repository
@testable import Snapshot

/// One parser of bytes that a store returned, as a fuzzer calls it.
///
/// What is sealed is parsed behind its seal, as if somebody with the keys had written it: a fuzzer
/// would never find a tag. `scripts/fuzz` runs these entries under libFuzzer, and the ordinary
/// suite runs them over mutated inputs of the corpus.
enum FuzzEntry: String, CaseIterable, Sendable {
  case format
  case keySlot
  case firstKeySlot
  case secrets
  case packDirectory
  case instanceHeader
  case index
  case sealedObject
  case manifest
  case segment
  case stripeTrailer
  case largeObjects
  case delta
  case salvage
  case mark
  case unmark
  case lease
  case knownDamage
  case lastSeen
  case findings
  case listing
  case failure

  /// A parser said or did what it must not; libFuzzer sees the trap of the one who reports it.
  struct Finding: Error {
    let text: String
  }

  /// Parses bytes; those that are refused are fine.
  ///
  /// Throws a ``Finding`` where bytes are taken that would not be written so, or where an error has
  /// no words for a person.
  func run(_ bytes: [UInt8]) throws {
    do {
      try parse(bytes)
    } catch let finding as Finding {
      throw finding
    } catch is Malformed {
      return
    } catch is Problem {
      return
    } catch is CryptographyError {
      return
    } catch {
      // JSON that is none is turned into a problem by those who call the decoder.
      guard error is DecodingError else { throw Finding(text: "\(self): \(error)") }
    }
  }

  /// Whether the bytes are what the parser reads, so that a fuzzer begins behind its first checks.
  func takes(_ bytes: [UInt8]) throws -> Bool {
    do {
      try parse(bytes)
      return true
    } catch let malformed as Malformed {
      // The directory's instances end where a pack of 1000 bytes does not.
      return self == .packDirectory && malformed.reason == "its directory does not fit its chunks"
    }
  }

  private func parse(_ bytes: [UInt8]) throws {
    switch self {
    case .format: _ = try RepositoryFormat(decoding: bytes, at: "fuzz")
    case .keySlot: try Self.openSlot(bytes, FuzzKeys.slotName)
    case .firstKeySlot: try Self.openSlot(bytes, FuzzKeys.firstSlotName)
    case .secrets: _ = try RootSecrets(decoding: bytes)
    case .packDirectory: try Self.readDirectory(bytes)
    case .instanceHeader: try Self.readHeader(bytes)
    case .index: try Self.readIndex(bytes)
    case .sealedObject: try Self.openSealed(bytes)
    case .manifest: try Self.readManifest(bytes)
    case .segment:
      let segment = try Segment(decoding: bytes)
      try Self.expect(segment.encoded() == bytes, "a segment is not what its bytes say")
    case .stripeTrailer:
      let offsets = try StripeReader.pageOffsets(behind: bytes, textLength: bytes.count)
      try Self.expect(offsets == offsets.sorted(), "page offsets are not in order")
    case .largeObjects: _ = try LargeObjectList(proving: bytes)
    case .delta: try Self.decompress(bytes)
    case .salvage: try Self.walk(bytes)
    case .mark, .unmark, .lease, .knownDamage, .lastSeen: try parseNote(bytes)
    case .findings, .listing, .failure: try parseAnswer(bytes)
    }
  }

  static func expect(_ isRight: Bool, _ text: String) throws {
    if !isRight { throw Finding(text: text) }
  }

  private static func openSlot(_ bytes: [UInt8], _ name: ObjectName) throws {
    let binding = try FuzzKeys.binding()
    // Only the cheap kind: a passphrase's slot may cost a second by right.
    switch try StoredSlot(decoding: bytes, name: name) {
    case .first(let slot, _) where slot.kind == "none": _ = try slot.unwrap(.none, binding)
    case .current(let slot) where slot.kind == KeySlot.Kind.none:
      if let root = try Credential.none.root(of: slot) { _ = try slot.unwrap(root, binding) }
    default: return
    }
  }

  private static func readDirectory(_ bytes: [UInt8]) throws {
    let instances = try Pack.decodeDirectory(bytes)
    var again: [UInt8] = []
    Pack.appendEntries(instances, to: &again)
    try expect(again == bytes, "a directory is not what its bytes say")
    try Pack.check(instances, endAt: 1000)
  }

  private static func readHeader(_ bytes: [UInt8]) throws {
    var reader = ByteReader(bytes)
    let instance = try Instance.readHeader(&reader)
    var again: [UInt8] = []
    instance.appendHeader(to: &again)
    try expect(again == Array(bytes.prefix(again.count)), "a header is not what its bytes say")
    try expect(instance.depth <= Instance.depthLimit, "a chain is too long")
    try expect(Int(instance.rawLength) <= Instance.rawLimit, "a chunk is too large")
    try expect(instance.storedLength <= instance.rawLength, "a chunk grew")
  }

  private static func readIndex(_ bytes: [UInt8]) throws {
    var table = InstanceTable()
    for entry in try InstanceIndex.decode(bytes) {
      table.add(entry)
      for (instance, _) in entry.instances { _ = try table.chain(of: instance.id) }
    }
  }

  private static func openSealed(_ bytes: [UInt8]) throws {
    let name = ObjectName(components: "snapshots", "fuzz")
    let sealed = SealedObject(keys: try FuzzKeys.ring(), binding: try FuzzKeys.binding())
    _ = try sealed.open(bytes, as: .manifest, name: name)
  }

  private static func readManifest(_ bytes: [UInt8]) throws {
    let manifest = try Manifest(decoding: bytes)
    _ = try manifest.takenTime
    for table in manifest.tables {
      var loss = TableLoss(table)
      for _ in table.segments { loss.addLostSegment([]) }
      loss.finish()
    }
  }

  /// `u16` raw length, `u16` length of the base, the base, the frame.
  private static func decompress(_ bytes: [UInt8]) throws {
    var reader = ByteReader(bytes)
    let rawLength = Int(try reader.u16())
    let base = Array(try reader.take(Int(try reader.u16())))
    let frame = Array(try reader.take(reader.remaining))
    let raw = try Decompressor().decompress(frame.span, rawLength: rawLength, prefix: base)
    try expect(raw.count == rawLength, "a frame gives another length")
  }

  /// A pack whose directory is gone.
  private static func walk(_ bytes: [UInt8]) throws {
    let store = MemoryStore()
    let repository = try Repository.create(in: store, encryption: .none)
    let name = ObjectName(components: "packs", "00", String(repeating: "0", count: 64))
    try store.put(name, bytes)
    let before = store.contents
    try expect(try !repository.repair().didRepair, "bytes of nobody were taken for chunks")
    try expect(store.contents == before, "a repair without a find has changed the store")
  }
}

/// The same keys in every run.
enum FuzzKeys {
  static func binding() throws -> RepositoryBinding {
    let format = RepositoryFormat(id: String(repeating: "ab", count: 16))
    return try RepositoryBinding(format: format, bytes: [1, 2, 3])
  }

  /// The id of the slot in the corpus, and the name of its first revision.
  static let slotID = String(repeating: "cd", count: 16)
  static let slotName = ObjectName(components: KeySlot.directory, slotID + "-00000001")
  static let firstSlotName = ObjectName(components: KeySlot.directory, slotID)

  static func roots() throws -> RootSecrets {
    func secret(_ byte: UInt8) -> Secret {
      var bytes = [UInt8](repeating: byte, count: 32)
      return Secret(wiping: &bytes)
    }
    return RootSecrets(
      identity: secret(1),
      store: secret(2),
      index: nil,
      generations: [1: secret(3)],
      hostGenerations: [:]
    )
  }

  static func ring() throws -> KeyRing { try KeyRing(try roots()) }
}
