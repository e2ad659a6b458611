public import Foundation
internal import Problems
public import Repository

/// What the repository remembers of what was put into a database: its snapshot and the data's time.
///
/// The name of the record begins with system identifier and oid, so that the last one of a database
/// is found by the list of names alone.
public struct OriginRecord: Codable, Sendable, Equatable {
  /// Which database.
  public var database: DatabaseIdentity
  /// The snapshot's name.
  public var snapshot: String
  /// Whether all of the snapshot was put there, not chosen schemas.
  public var isWhole: Bool
  /// The data's time, in seconds since 1970.
  public var dataTime: Double
  /// When the data were there, in seconds since 1970.
  public var at: Double

  /// Makes a record.
  public init(
    database: DatabaseIdentity,
    snapshot: String,
    isWhole: Bool,
    dataTime: Date,
    at: Date
  ) {
    self.database = database
    self.snapshot = snapshot
    self.isWhole = isWhole
    self.dataTime = dataTime.timeIntervalSince1970
    self.at = at.timeIntervalSince1970
  }

  /// The origin that it tells.
  public var origin: DataOrigin {
    DataOrigin(
      dataTime: Date(timeIntervalSince1970: dataTime),
      at: Date(timeIntervalSince1970: at),
      text: "snapshot \(snapshot.suffix(8))"
    )
  }

  /// Stores the record; blocks.
  public func store(in repository: Repository) throws {
    let id = "data-\(database.recordName)-\(RecordTime.text(at))"
    try RecordBody.store(self, id, in: repository)
  }

  /// The last one about a database; blocks.
  public static func last(of database: DatabaseIdentity, in repository: Repository) throws -> Self?
  {
    let ids = try repository.records(kind: .restore)
    let own = ids.filter { $0.hasPrefix("data-\(database.recordName)-") }.max()
    return try own.flatMap { try RecordBody.read($0, in: repository) }
  }
}
