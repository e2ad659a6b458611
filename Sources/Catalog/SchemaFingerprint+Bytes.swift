internal import FoundationEssentials

extension SchemaFingerprint {
  /// Reads the bytes that `encoded()` wrote; throws a decoding error where they are not that.
  public init(decoding bytes: [UInt8]) throws {
    self = try JSONDecoder().decode(SchemaFingerprint.self, from: Data(bytes))
  }

  /// The fingerprint as JSON; equal fingerprints have equal bytes.
  public func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self))
  }

  /// What this fingerprint becomes when a change set has happened.
  public func applying(_ change: ChangeSet) -> SchemaFingerprint {
    var texts = texts
    for entry in change.added + change.changed { texts[entry.object] = entry.text }
    for object in change.removed { texts[object] = nil }
    return SchemaFingerprint(texts: texts)
  }
}
