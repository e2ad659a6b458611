import TestSupport

extension Drydock {
  /// The newest safety snapshot as SQL; `latest` alone means whole ones.
  func newestSafetySnapshot() throws -> String {
    struct Listing: Decodable {
      struct Item: Decodable {
        let snapshot: String
        let tags: [String: String]
      }
      let snapshots: [Item]
    }
    let all = try run(["snapshots", "--json"]).require(0).result(Listing.self).snapshots
    guard let safety = all.last(where: { $0.tags["safety"] != nil }) else { return "" }
    return try run(["export", safety.snapshot]).require(0).output
  }
}
