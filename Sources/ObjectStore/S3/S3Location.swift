internal import Problems

/// A bucket, and a directory of names in it: `s3://bucket/prefix`.
public struct S3Location: Sendable, Equatable, CustomStringConvertible {
  /// The scheme of such an address.
  public static let scheme = "s3://"

  /// The bucket's name.
  public let bucket: String
  /// What every key begins with, without slashes around it; empty for the bucket's own top.
  public let prefix: String

  /// Reads an address; throws `usage.s3-address` for anything else.
  public init(parsing text: String) throws {
    let rest = text.hasPrefix(Self.scheme) ? text.dropFirst(Self.scheme.count) : ""
    let bucket = rest.prefix { $0 != "/" }
    var prefix = rest.dropFirst(bucket.count + 1)
    while prefix.hasSuffix("/") { prefix.removeLast() }
    guard Self.isBucket(bucket), prefix.isEmpty || ObjectName(String(prefix)) != nil else {
      throw Problem(
        .usage,
        code: "usage.s3-address",
        "`\(text)` is not the address of a bucket",
        reason: "bucket and prefix are made of letters, digits, dots, hyphens and underscores",
        hint: "Write it as s3://bucket/prefix; endpoint and credentials stand elsewhere."
      )
    }
    self.bucket = String(bucket)
    self.prefix = String(prefix)
  }

  /// The address as text.
  public var description: String {
    Self.scheme + bucket + (prefix.isEmpty ? "" : "/" + prefix)
  }

  /// The key of an object or of a directory of names.
  func key(_ text: String) -> String { prefix.isEmpty ? text : "\(prefix)/\(text)" }

  /// The name whose key this is; nil for what is none of ours.
  func name(ofKey key: String) -> ObjectName? {
    guard !prefix.isEmpty else { return ObjectName(key) }
    guard key.hasPrefix(prefix + "/") else { return nil }
    return ObjectName(String(key.dropFirst(prefix.count + 1)))
  }

  private static func isBucket(_ text: Substring) -> Bool {
    (1...255).contains(text.utf8.count) && ObjectName(String(text)) != nil
  }
}
