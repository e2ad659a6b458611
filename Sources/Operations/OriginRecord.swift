public import FoundationEssentials
internal import Problems
public import Repository

/// What the repository remembers of what was put into a database: its snapshot and the data's time.
///
/// The name of the record begins with system identifier and oid, so that the last one of a database
/// is found by the list of names alone. One about a schema that took a live one's place ends in the
/// operation, and no longer counts once that is undone.
public struct OriginRecord: Codable, Sendable, Equatable {
  /// Which database.
  public var database: DatabaseIdentity
  /// The snapshot's name.
  public var snapshot: String
  /// Whether all of the snapshot was put there, not chosen schemas.
  public var isWhole: Bool
  /// The data's time, in seconds since 1970.
  public var dataTime: Double
  /// When the data were there, in seconds since 1970; later than in every record before it.
  public var at: Double
  /// The operation that put a schema in the live one's place; nil for every other restore.
  public var operation: String?
  /// What of the snapshot was left out; nil where an earlier version wrote the record.
  public var omissions: [String]?

  /// Makes a record.
  public init(
    database: DatabaseIdentity,
    snapshot: String,
    isWhole: Bool,
    dataTime: Date,
    at: Date,
    operation: String? = nil,
    omissions: [String] = []
  ) {
    self.database = database
    self.snapshot = snapshot
    self.isWhole = isWhole
    self.dataTime = dataTime.timeIntervalSince1970
    self.at = at.timeIntervalSince1970
    self.operation = operation
    self.omissions = omissions
  }

  /// The origin that it tells.
  public var origin: DataOrigin {
    DataOrigin(
      dataTime: Date(timeIntervalSince1970: dataTime),
      at: Date(timeIntervalSince1970: at),
      restore: operation ?? "\(snapshot) \(RecordTime.text(at))",
      text: "snapshot \(snapshot.suffix(8))"
    )
  }

  /// Stores the record as the last one about its database, whatever the clocks of hosts say; blocks.
  ///
  /// An operation is remembered once, however often it is resumed.
  public func store(in repository: Repository) throws {
    let own = try Self.names(of: database, in: repository).map(Name.init)
    if let operation, own.contains(where: { $0.operation == operation }) { return }
    var record = self
    if let last = own.map(\.time).max(), last >= at { record.at = last + 0.000_001 }
    let end = operation.map { "-\($0)" } ?? ""
    let id = "\(Self.prefix(database))\(RecordTime.text(record.at))\(end)"
    try RecordBody.store(record, id, in: repository)
  }

  /// The last one about a database that still counts; blocks.
  public static func last(of database: DatabaseIdentity, in repository: Repository) throws -> Self?
  {
    let all = Set(try repository.records(kind: .restore))
    let last = try names(of: database, in: repository)
      .filter { name in !(Name(name).operation.map { all.contains("\($0)-undone") } ?? false) }
      .max()
    return try last.flatMap { try RecordBody.read($0, in: repository) }
  }

  /// The operations that were remembered for a database, also those that were undone; blocks.
  public static func operations(
    of database: DatabaseIdentity,
    in repository: Repository
  ) throws -> Set<String> {
    Set(try names(of: database, in: repository).compactMap { Name($0).operation })
  }

  private static func prefix(_ database: DatabaseIdentity) -> String {
    "data-\(database.recordName)-"
  }

  private static func names(
    of database: DatabaseIdentity,
    in repository: Repository
  ) throws -> [String] {
    try repository.records(kind: .restore).filter { $0.hasPrefix(prefix(database)) }
  }

  /// What the name of a record tells: `data-<system>-<oid>-<microseconds>[-<operation>]`.
  private struct Name {
    let time: Double
    let operation: String?

    init(_ name: String) {
      let parts = name.split(separator: "-")
      time = (parts.count > 3 ? Double(parts[3]) ?? 0 : 0) / 1_000_000
      operation = parts.count > 4 ? String(parts[4]) : nil
    }
  }
}
