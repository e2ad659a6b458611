internal import Bytes
internal import Cryptography

/// What a database's schema is, as a sorted map from each object to its canonical text.
///
/// Two fingerprints of the same live database are equal exactly when nothing changed between them
/// that a migration could trip over. The canonical text of an object is what the server itself says
/// about it under fixed settings (`pg_get_constraintdef` and its like), so a restored copy can say
/// the same thing in other words: compare live with live, never live with a scratch. For that there
/// is `ChangeSet`.
///
/// Columns are objects of their own. So a patch that adds a column changes its table's list of names
/// and adds one object, and what the server says about the other columns does not matter.
public struct SchemaFingerprint: Sendable, Equatable {
  /// The canonical text of each object.
  public private(set) var texts: [SchemaObject: String]

  /// A fingerprint of these objects.
  public init(texts: [SchemaObject: String] = [:]) {
    self.texts = texts
  }

  /// Whether both have the same objects with the same texts, byte by byte.
  public static func == (one: SchemaFingerprint, other: SchemaFingerprint) -> Bool {
    one.texts.count == other.texts.count
      && one.texts.allSatisfy { object, text in
        other.texts[object].map { $0.isExactly(text) } ?? false
      }
  }

  /// The objects in their order.
  public var objects: [SchemaObject] { texts.keys.sorted() }

  /// The canonical text of an object, nil when there is no such object.
  public subscript(_ object: SchemaObject) -> String? { texts[object] }

  /// The SHA-256 of an object's canonical text, nil when there is no such object.
  public func hash(of object: SchemaObject) throws -> [UInt8]? {
    try texts[object].map { try SHA256.hash(Array($0.utf8)) }
  }

  /// One number for a whole part: the SHA-256 of its objects' names and hashes, in their order.
  ///
  /// - Parameter parts: the parts that count; all of them by default.
  /// - Returns: 32 bytes.
  /// - Throws: what the cryptographic library says, which it never does here.
  public func digest(of parts: Set<SchemaObject.Part> = Set(SchemaObject.Part.allCases)) throws
    -> [UInt8]
  {
    var bytes: [UInt8] = []
    for object in objects where parts.contains(object.part) {
      for word in [object.part.rawValue, object.kind, object.name] {
        bytes += Array(word.utf8) + [0]
      }
      bytes += try hash(of: object) ?? []
    }
    return try SHA256.hash(bytes)
  }

  /// The fingerprint of some parts only.
  public func restricted(to parts: Set<SchemaObject.Part>) -> SchemaFingerprint {
    SchemaFingerprint(texts: texts.filter { parts.contains($0.key.part) })
  }

  /// What must be done to the other fingerprint to get this one.
  public func difference(from older: SchemaFingerprint) -> SchemaDifference {
    SchemaDifference(from: older, to: self)
  }
}

extension SchemaFingerprint: Codable {
  private struct Entry: Codable {
    let part: SchemaObject.Part
    let kind: String
    let name: String
    let text: String
  }

  /// Reads the sorted list that `encode(to:)` writes.
  public init(from decoder: any Decoder) throws {
    let entries = try [Entry](from: decoder)
    texts = Dictionary(
      entries.map { (SchemaObject($0.part, $0.kind, $0.name), $0.text) },
      uniquingKeysWith: { first, _ in first }
    )
  }

  /// Writes the objects as a sorted list, so that an encoder with sorted keys gives equal bytes.
  public func encode(to encoder: any Encoder) throws {
    let entries = objects.map { object in
      Entry(part: object.part, kind: object.kind, name: object.name, text: texts[object] ?? "")
    }
    try entries.encode(to: encoder)
  }
}
