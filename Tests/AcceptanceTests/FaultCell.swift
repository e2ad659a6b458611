/// One cell of a fault matrix: a point of a clean run's log, and what happens there.
struct FaultCell: Sendable, CustomStringConvertible {
  /// What can happen; the words of `DRYDOCK_FAULT_KIND`, but for the kill.
  enum Kind: String, CaseIterable, Sendable {
    case error
    case kill
    case lostConnection = "lost-connection"
    case serverCrash = "server-crash"
    case fullDisk = "full-disk"
  }

  let point: PassedPoint
  let kind: Kind

  var description: String { "\(kind.rawValue) at \(point.place) \(point.label)" }

  /// Whether it is one of the points that decide between the old state and the new.
  var isDecisive: Bool {
    [": COMMIT", "store ", "RENAME TO", "program ", "DO $$ DECLARE"].contains {
      point.label.contains($0)
    }
  }

  /// Whether the server refuses a statement.
  var isRefusedStatement: Bool { kind == .error && point.label.hasPrefix("statement before: ") }

  /// Every other one, the same in every run.
  var isEven: Bool { point.place.utf8.last.map { $0.isMultiple(of: 2) } ?? false }

  /// What makes the program meet the fault.
  var variables: [String: String] {
    ["DRYDOCK_FAULT_POINT": point.place, "DRYDOCK_FAULT_KIND": kind == .kill ? "" : kind.rawValue]
  }

  /// The row of a point; a point of a kind that nobody thought of has none.
  static func row(of point: PassedPoint) -> [FaultCell] {
    kinds(at: point.label).map { FaultCell(point: point, kind: $0) }
  }

  /// What can happen at a point.
  ///
  /// After a statement is before the next one, save that the answer to a COMMIT can be lost with the
  /// connection. A write to the store uses no connection: there, a lost one and a crash are those
  /// after the statement that came before. A program of PostgreSQL's ends with an error whatever
  /// happens to its session.
  private static func kinds(at label: String) -> [Kind] {
    if label.hasPrefix("statement before: ") { return Kind.allCases }
    if label.hasPrefix("statement after: COMMIT") { return [.kill, .lostConnection, .serverCrash] }
    if label.hasPrefix("program before: ") { return [.error, .kill, .lostConnection] }
    if label.hasPrefix("store before ") { return [.error, .kill, .fullDisk] }
    let after = ["statement after: ", "program after: ", "store after "]
    return after.contains { label.hasPrefix($0) } ? [.kill] : []
  }
}
