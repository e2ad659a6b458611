internal import FoundationEssentials
internal import ObjectStore

/// The leases of a repository, judged by the store's clock and by their writers'.
struct LeaseList {
  /// One lease that is good.
  struct Live: Sendable {
    let object: ObjectName
    /// When its writer began, by the store's clock, in seconds since 1970; never too late.
    let started: Double
    let parent: SnapshotName?
    let host: String

    /// What a lease says that was read from an object; of one that does not open, only when it was
    /// written is known.
    init(_ content: Lease.Content?, _ object: ObjectInfo) {
      let written = Double(object.modified)
      let lifetime = content?.lifetime ?? Lease.lifetime
      // The writer began so long before it wrote this lease, by whatever clock it has.
      let age = content.map { Double($0.expires) - lifetime - Double($0.started) } ?? 0
      let earliest = min(written, written - age, content.map { Double($0.started) } ?? written)
      self.object = object.name
      started = earliest - LeaseList.clockLimit
      parent = content?.parent.flatMap { SnapshotName($0) }
      host = content?.host ?? "unknown"
    }
  }

  /// Seconds by which two clocks may differ.
  static let clockLimit = 180.0

  /// The leases that are good, or may be.
  let live: [Live]
  /// The leases that ran out so long ago that no clock makes them good.
  let expired: [ObjectName]
  /// The longest time for which a lease is good, in seconds.
  let longest: Double

  /// Lists and reads all leases; one that cannot be read counts for as long as any would.
  init(_ repository: Repository) throws {
    let now = repository.clock().timeIntervalSince1970
    var live: [Live] = []
    var expired: [ObjectName] = []
    var longest = Lease.lifetime
    for (object, content) in try repository.readAll(
      Lease.directory,
      { object in
        (object, try Lease.read(object, repository))
      }
    ) {
      let written = Double(object.modified)
      let lifetime = content.map(\.lifetime) ?? Lease.lifetime
      longest = max(longest, lifetime)
      // By the store's clock, and by the writer's where that is later.
      let end = max(written + lifetime, content.map { Double($0.expires) } ?? 0)
      guard now < end + Self.clockLimit else {
        expired.append(object.name)
        continue
      }
      live.append(Live(content, object))
    }
    self.live = live
    self.expired = expired
    self.longest = longest
  }

  /// The snapshots that running backups build upon.
  var parents: Set<SnapshotName> { Set(live.compactMap(\.parent)) }
}

extension Lease {
  private static let limit = 64 << 10

  /// What a lease says; nil where it does not open, as one of another program's version, and where it
  /// is larger than any: then it runs out like any other, and blocks nobody for longer.
  static func read(_ object: ObjectInfo, _ repository: Repository) throws -> Content? {
    guard object.size <= limit else { return nil }
    let bytes = try repository.store.get(object.name, limit: limit)
    let raw = try? repository.sealed.open(bytes, as: .lease, name: object.name)
    return raw.flatMap { content(in: $0) }
  }

  /// What the content of a lease says; nil for what is none.
  static func content(in raw: [UInt8]) -> Content? {
    try? JSONDecoder().decode(Content.self, from: Data(raw))
  }
}
