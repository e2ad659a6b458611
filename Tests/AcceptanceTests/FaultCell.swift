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

  /// The number of the point, from 1.
  let point: Int
  /// Its line of the log.
  let label: String
  let kind: Kind

  var description: String { "\(kind.rawValue) at \(label)" }
  /// Whether it is one of the points that decide between the old state and the new.
  var isDecisive: Bool { label.contains(": COMMIT") || label.contains("store ") }

  /// What makes the program meet the fault.
  var variables: [String: String] {
    ["DRYDOCK_FAULT_POINT": "\(point)", "DRYDOCK_FAULT_KIND": kind == .kill ? "" : kind.rawValue]
  }

  /// The whole matrix of a log; a point of a kind that nobody thought of has no cells.
  static func all(of log: [String]) -> [[FaultCell]] {
    log.enumerated().map { number, label in
      kinds(at: label, isLast: number == log.count - 1).map {
        FaultCell(point: number + 1, label: label, kind: $0)
      }
    }
  }

  /// What can happen at a point.
  ///
  /// After a statement is before the next one, save that the answer to a COMMIT can be lost with the
  /// connection. A write to the store uses no connection: there, a lost one and a crash are those
  /// after the statement that came before.
  private static func kinds(at label: String, isLast: Bool) -> [Kind] {
    if label.contains("\tstatement before: ") { return Kind.allCases }
    if label.contains("\tstatement after: COMMIT") {
      return [.kill, .lostConnection, .serverCrash]
    }
    if label.contains("\tstore before ") { return [.error, .kill, .fullDisk] }
    if label.contains("\tstatement after: ") || label.contains("\tstore after ") { return [.kill] }
    return []
  }
}
