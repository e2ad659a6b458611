internal import Catalog
internal import Files
internal import FoundationEssentials
internal import Reports
internal import Snapshot

extension Examination {
  /// Free bytes where a path lies, or would lie; nil where the file system does not say.
  static func free(_ path: String) -> Int? {
    var place = path
    while place.count > 1, !Directory.exists(place) { place = Directory.parent(of: place) }
    return DiskSpace(of: place)?.free
  }

  /// Whether the next snapshot, the next rehearsal and the server's log have room.
  ///
  /// - Parameters:
  ///   - server: The database's server, if it answers.
  ///   - newest: The newest snapshot, whose size the next one will have about.
  /// - Returns: A finding for each disk that can be looked at from here.
  func space(_ server: Server?, _ newest: SnapshotContent?) -> [Finding] {
    let whole = newest.map { $0.manifest.totals.bytes } ?? server?.condition.bytes
    var findings: [Finding] = []
    if let repository = context.configuration.repository, !repository.contains("://"),
      let free = Self.free(context.absolute(path: repository))
    {
      // A snapshot may have to store all of it again, compressed.
      findings.append(
        Self.room("repository's disk", free, whole.map { $0 / 3 }, "the next snapshot")
      )
    }
    let temporary = context.world.environment["TMPDIR"] ?? "/tmp"
    if let free = Self.free(temporary) {
      // Rows take more room in a database than as text, and indexes come on top.
      findings.append(
        Self.room("scratch's disk", free, whole.map { $0 * 2 }, "a rehearsal in \(temporary)")
      )
    }
    if let server, server.isHere, let directory = server.condition.directory,
      let free = Self.free("\(directory)/pg_wal")
    {
      findings.append(Self.room("server's disk", free, 1 << 30, "the server's log"))
    }
    return findings
  }

  private static func room(_ disk: String, _ free: Int, _ needed: Int?, _ what: String) -> Finding {
    guard let needed, free < needed else {
      return Finding(.good, "space", "\(disk) has \(Quantity.bytes(free)) free")
    }
    return Finding(
      .warning,
      "space",
      "\(disk) has \(Quantity.bytes(free)) free; \(what) may need \(Quantity.bytes(needed))",
      advice: disk == "scratch's disk"
        ? "Free some, or let TMPDIR name a larger disk." : "Free some, or take a larger disk."
    )
  }
}
