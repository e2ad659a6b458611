public import Foundation
public import ObjectStore
public import Repository
internal import Snapshot

/// Weeks of nights in a repository, without the nights: manifests and proofs with times of their own.
///
/// For what shows a history. There are no rows in it, so nothing of it can be restored.
public struct BackupHistory {
  /// A database of the history.
  public struct Database: Sendable {
    /// Its name.
    public var name: String
    /// The cluster's system identifier.
    public var systemIdentifier: String
    /// How many nights it was backed up.
    public var nights: Int
    /// How many nights ago that ended; 0 for last night.
    public var ended: Int
    /// Bytes of its rows in the first night.
    public var bytes: Int
    /// Nights between two restores that prove a snapshot; 0 for none.
    public var restoreEvery: Int

    /// Describes a database.
    public init(
      _ name: String,
      systemIdentifier: String = "7421034112233445566",
      nights: Int,
      ended: Int = 0,
      bytes: Int,
      restoreEvery: Int = 7
    ) {
      self.name = name
      self.systemIdentifier = systemIdentifier
      self.nights = nights
      self.ended = ended
      self.bytes = bytes
      self.restoreEvery = restoreEvery
    }
  }

  private static let day = 86_400.0

  /// The repository.
  public let repository: Repository
  /// The end of the history: the morning after the last night.
  public let now: Date
  /// The snapshots that were written, in their order.
  public private(set) var names: [SnapshotName] = []

  /// Makes an empty repository that is not encrypted.
  public init(in store: any ObjectStore, until now: Date) throws {
    repository = try Repository.create(in: store, encryption: .none)
    self.now = now
  }

  /// Writes the nights of a database, oldest first.
  public mutating func add(_ database: Database) throws {
    let midnight = (now.timeIntervalSince1970 / Self.day).rounded(.down) * Self.day
    for night in 0..<database.nights {
      let ago = database.ended + database.nights - 1 - night
      // One night in seventeen failed, and each began some minutes later or earlier.
      if night % 17 == 11 && ago > 0 { continue }
      let taken = Date(
        timeIntervalSince1970: midnight - Double(ago) * Self.day + 7200 + Double(night % 5 * 97)
      )
      let name = try write(database, night, taken)
      names.append(name)
      if database.restoreEvery > 0 && night % database.restoreEvery == database.restoreEvery - 1 {
        let minutes = 11 + Double(night) / 20 + Double(night % 3)
        try prove(name, level: 3, at: taken.addingTimeInterval(5400), restore: minutes * 60)
      } else if night % 2 == 0 {
        try prove(name, level: 2, at: taken.addingTimeInterval(5400), restore: nil)
      }
    }
  }

  private func write(_ database: Database, _ night: Int, _ taken: Date) throws -> SnapshotName {
    var manifest = Manifest.sample
    manifest.database.name = database.name
    manifest.database.systemIdentifier = database.systemIdentifier
    manifest.taken = taken.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    let size = database.bytes + database.bytes / 200 * night
    let share = night == 0 ? 1 : 70 + night % 7 * 9
    manifest.totals.rows = size / 120
    manifest.totals.bytes = size
    manifest.totals.bytesRead = night == 0 ? size : size / share * 3
    manifest.totals.bytesStored = night == 0 ? size / 4 : size / share / 3
    manifest.totals.seconds = night == 0 ? 412 : 21 + Double(night % 6) * 3.5
    return try repository.beginSnapshot(parent: nil)
      .commit(manifest: try manifest.encoded(), at: taken, closure: [])
  }

  private func prove(
    _ name: SnapshotName,
    level: Int,
    at time: Date,
    restore: Double?
  ) throws {
    let seconds = Int(time.timeIntervalSince1970)
    let measured = restore.map { ",\"restoreSeconds\":\($0)" } ?? ""
    let proof = """
      {"version":1,"snapshot":"\(name)","level":\(level),"proven":\(seconds),\
      "seconds":\((restore ?? 300) + 40),"tool":"drydock"\(measured)}
      """
    try repository.putRecord(
      kind: .proof,
      id: "\(name)-\(level)-\(seconds * 1000)",
      Array(proof.utf8)
    )
  }
}
