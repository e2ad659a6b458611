import HTTP
import Problems

@testable import ObjectStore
@testable import Repository

/// What writers, collectors and checks tell each other, and what a store answers.
extension FuzzEntry {
  private static var info: ObjectInfo {
    ObjectInfo(name: ObjectName(components: "marks", "fuzz"), size: 1, modified: 1)
  }

  /// What is sealed, or on this machine; nil of a parser means that it passes over the bytes.
  func parseNote(_ bytes: [UInt8]) throws {
    switch self {
    case .mark:
      let mark = try Mark(decoding: bytes, of: Self.info)
      try Self.expect(mark.time >= 1, "a mark is older than the store says")
    case .unmark: _ = try Unmark.mark(in: bytes)
    case .lease:
      guard let content = Lease.content(in: bytes) else { throw Malformed("no lease") }
      let live = LeaseList.Live(content, Self.info)
      try Self.expect(live.started <= 1, "a writer began after its lease was written")
    case .knownDamage:
      guard !KnownDamage.places(in: bytes).isEmpty else { throw Malformed("no record") }
    case .lastSeen:
      guard let name = LastSeen.snapshot(in: bytes) else { throw Malformed("no record") }
      try Self.expect(Array("\(name)\n".utf8) == bytes, "a record is not what its bytes say")
    default: return
    }
  }

  /// What anybody may have put into the store, and what the store itself says.
  func parseAnswer(_ bytes: [UInt8]) throws {
    switch self {
    case .findings:
      guard StoreFindings(decoding: bytes) != nil else { throw Malformed("no findings") }
    case .listing:
      guard let page = S3Listing(bytes) else { throw Malformed("no listing") }
      let total = page.entries.reduce(0) { $0 + $1.size }
      try Self.expect(total >= 0, "sizes do not add up")
    case .failure:
      let failure = S3Failure(HTTPResponse(status: 503, body: bytes))
      try Self.expect(failure.description.count <= 700, "a store's text is passed on as it is")
      if failure.code.isEmpty { throw Malformed("no failure") }
    default: return
    }
  }
}
