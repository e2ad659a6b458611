internal import FoundationEssentials
internal import Problems
public import Repository

/// Large objects with owner, rights and comment; stored as a chunk of kind list, as JSON.
public struct LargeObjectList: Codable, Sendable, Equatable {
  /// Objects in one list at most.
  public static let capacity = 1000

  /// One large object.
  public struct Item: Codable, Sendable, Equatable {
    /// The oid, which the restored object keeps, since tables refer to it.
    public var oid: Int
    /// The owner.
    public var owner: String
    /// Rights as grants, in an order in which they can be granted again.
    public var grants: [Grant]
    /// What the owner took from himself: `SELECT`, `UPDATE`; nil where he has both.
    public var ownerLacks: [String]?
    /// The comment.
    public var comment: String?
    /// Security labels, by provider; nil where there are none.
    public var labels: [Label]?
    /// The size in bytes.
    public var size: Int
    /// The content, in pieces of 1 MiB.
    public var chunks: [ChunkID]

    /// Makes an item.
    public init(
      oid: Int,
      owner: String,
      grants: [Grant],
      ownerLacks: [String]? = nil,
      comment: String?,
      labels: [Label]? = nil,
      size: Int,
      chunks: [ChunkID]
    ) {
      self.oid = oid
      self.owner = owner
      self.grants = grants
      self.ownerLacks = ownerLacks
      self.comment = comment
      self.labels = labels
      self.size = size
      self.chunks = chunks
    }
  }

  /// One right on a large object.
  public struct Grant: Codable, Sendable, Equatable {
    /// The role, nil for PUBLIC.
    public var role: String?
    /// `SELECT` or `UPDATE`.
    public var privilege: String
    /// Whether the role may grant it on.
    public var isGrantable: Bool
    /// The role that granted it, nil for the owner.
    public var grantor: String?

    /// Makes a grant.
    public init(role: String?, privilege: String, isGrantable: Bool, grantor: String? = nil) {
      self.role = role
      self.privilege = privilege
      self.isGrantable = isGrantable
      self.grantor = grantor
    }
  }

  /// One security label.
  public struct Label: Codable, Sendable, Equatable {
    /// Who understands it.
    public var provider: String
    /// What it says.
    public var text: String

    /// Makes a label.
    public init(provider: String, text: String) {
      self.provider = provider
      self.text = text
    }
  }

  /// The objects, by oid.
  public var items: [Item]

  /// Makes a list.
  public init(items: [Item]) { self.items = items }

  /// Reads a list's bytes; throws a decoding error where they are not one.
  public init(decoding bytes: [UInt8]) throws {
    self = try JSONDecoder().decode(LargeObjectList.self, from: Data(bytes))
  }

  /// Reads a list out of a repository; a `Problem` of kind `damaged` where the bytes are not one.
  static func read(_ id: ChunkID, _ reader: ChunkReader) throws -> LargeObjectList {
    try LargeObjectList(proving: try reader.read(id, kind: .list))
  }

  /// Reads a list's bytes; a `Problem` of kind `damaged` where they are not one.
  init(proving bytes: [UInt8]) throws {
    do {
      try self.init(decoding: bytes)
    } catch {
      throw Problem(
        .damaged,
        code: "snapshot.large-objects",
        "a list of large objects cannot be read",
        reason: "it opens, but it is not of a version that this program knows",
        hint: "Use the version of drydock that took the snapshot, or a newer one."
      )
    }
  }

  /// The bytes: JSON with sorted keys.
  public func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self))
  }
}
