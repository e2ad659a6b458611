internal import Cryptography
internal import FoundationEssentials
internal import Problems

/// What a store was found to do when it was probed.
///
/// Kept in the store as a plain object, see docs/format.md. Nothing relies on it: it is for people.
public struct StoreFindings: Sendable, Codable, Equatable {
  /// Whether a bucket keeps objects from being deleted.
  public enum ObjectLock: String, Sendable, Codable {
    /// It is set up.
    case configured
    /// It is not.
    case none
    /// The store does not say.
    case unknown
  }

  static let magic = "drydock probe"
  /// The directory of names for findings, and for what a probe stores while it works.
  public static let directory = "probes"
  private static let sizeLimit = 64 << 10
  private static let countLimit = 1000

  /// Says what the object is.
  public var magic = StoreFindings.magic
  /// The version of this object.
  public var version = 1
  /// When the store was probed, in seconds since 1970 by the clock of who did it.
  public var probed: Int64
  /// Whether a new object can be read at once.
  public var readAfterWrite = false
  /// Whether a new object is listed at once.
  public var listAfterWrite = false
  /// Whether a part of an object can be read.
  public var rangeReads = false
  /// Whether a taken name is refused.
  public var writeOnce = false
  /// Whether these credentials may delete.
  public var deletes = false
  /// How far the store's clock was ahead, in seconds; nil where it has none of its own.
  public var clockSkew: Int64?
  /// What the store does with a put on condition; nil where it is no such service.
  public var conditionalWrites: ConditionalWrites?
  /// Whether objects may be kept from being deleted; nil where it is no such service.
  public var objectLock: ObjectLock?

  /// Makes findings in which nothing works yet.
  public init(probed: Int64) { self.probed = probed }

  /// Keeps the findings in the store.
  public func keep(in store: any ObjectStore) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    let id = S3Encoding.hex(try Randomness.bytes(16))
    let bytes = Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    try store.put(ObjectName(components: Self.directory, id), bytes)
  }

  /// The newest findings that a store keeps, or nil.
  ///
  /// Passes over what it cannot read: another version's findings are no reason to fail.
  public static func latest(in store: any ObjectStore) throws -> StoreFindings? {
    let objects = try store.list(directory).filter { object in
      object.size <= sizeLimit && !object.name.lastComponent.hasPrefix(StoreProbe.canary)
    }
    return try objects.sorted { $0.modified > $1.modified }.prefix(countLimit)
      .compactMap { Self(decoding: try store.get($0.name)) }
      .max { $0.probed < $1.probed }
  }

  /// Reads findings; nil for what is none, or another version's.
  init?(decoding bytes: [UInt8]) {
    guard let findings = try? JSONDecoder().decode(Self.self, from: Data(bytes)),
      findings.magic == Self.magic, findings.version == 1
    else { return nil }
    self = findings
  }
}
