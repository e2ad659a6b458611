/// What one look into the scratch showed.
struct Look: Decodable {
  /// A lock that the session holds.
  struct Lock: Decodable, Hashable {
    var relation: Int
    var mode: String

    var stopsWriters: Bool { LockMode(rawValue: mode)?.stopsWriters ?? false }
  }

  /// What was counted for one table since the counting began.
  struct Activity: Decodable {
    var oid: Int
    var scans: Int
    var inserted: Int
    var updated: Int
    var deleted: Int
  }

  /// What an event trigger wrote down.
  struct Record: Decodable {
    enum Event: String, Decodable {
      case created
      case dropped
      /// A table that went with another one, as a partition does.
      case fell
      case rewritten
      case locked
    }

    var event: Event
    var kind: String?
    var name: String?
    var relation: Int?
    /// The number of a column that was dropped; 0 for a whole object.
    var part: Int?
    /// The reason of a rewrite, the mode of a lock, the plain name of what was dropped.
    var detail: String?
  }

  /// Locks stronger than ACCESS SHARE; empty for a look from outside.
  var locks: [Lock]
  /// What event triggers wrote down since the look before.
  var records: [Record]
  /// The number of the last record.
  var lastRecord: Int
  /// Relations as they stand.
  var relations: [TableState]
  /// What was read and written.
  var activity: [Activity]
  /// Whether the session has switched event triggers off.
  var isBlind: Bool
  /// The position in the write-ahead log before this look read anything.
  var walBefore: Int
  /// The position after it.
  var walAfter: Int
}
