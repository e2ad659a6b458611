/// One page of a listing: the answer to ListObjectsV2.
struct S3Listing: Sendable {
  /// The longest page that is read; a thousand entries take a tenth of it.
  static let sizeLimit = 8 << 20
  /// The largest object that any service has: sums of sizes do not overflow.
  static let objectLimit = 1 << 46

  /// An entry as the store gave it.
  struct Entry: Sendable, Equatable {
    var key: String
    var size: Int
    var modified: Int64
  }

  /// The entries, in the store's order.
  var entries: [Entry] = []
  /// What asks for the next page; nil when this is the last.
  var next: String?

  /// Reads a page; nil for what is none: a list that may lack something is worse than no list.
  init?(_ bytes: [UInt8]) {
    guard let document = XMLElement(document: bytes), document.name == "ListBucketResult" else {
      return nil
    }
    let isEncoded = document["EncodingType"]?.text == "url"
    for element in document.children where element.name == "Contents" {
      guard let text = element["Key"]?.text, let key = isEncoded ? S3Encoding.decoded(text) : text,
        let size = element["Size"].flatMap({ Int($0.text) }), (0...Self.objectLimit).contains(size),
        let time = element["LastModified"].flatMap({ S3Time(listed: $0.text) })
      else { return nil }
      entries.append(Entry(key: key, size: size, modified: time.seconds))
    }
    switch document["IsTruncated"]?.text {
    case "true":
      guard let token = document["NextContinuationToken"]?.text, !token.isEmpty else { return nil }
      next = token
    case "false": next = nil
    default: return nil
    }
  }
}
