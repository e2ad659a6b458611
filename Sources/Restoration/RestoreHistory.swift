internal import Foundation
internal import Problems
internal import Repository

/// What the repository remembers of replacing restores; the truth about now is in the catalog.
struct RestoreHistory {
  let repository: Repository

  private struct Record: Codable {
    var version = 1
    var operation: String
    var state: OperationState
    var schema: String
    var setAside: String
    var snapshot: String
    var at: String
    var by: String
    var safetySnapshot: String?
  }

  /// Remembers that an operation reached a state; once is enough.
  ///
  /// - Parameters:
  ///   - operation: The id.
  ///   - state: What was reached.
  ///   - found: The set-asides with the operation among them.
  func record(_ operation: String, _ state: OperationState, _ found: [SetAside]) throws {
    guard let journal = found.first(where: { $0.operation == operation })?.journal else { return }
    try record(journal, state)
  }

  func record(_ journal: Journal, _ state: OperationState) throws {
    let id = "\(journal.operation)-\(state.rawValue)"
    guard try !repository.records(kind: .restore).contains(id) else { return }
    let record = Record(
      operation: journal.operation, state: state, schema: journal.schema,
      setAside: journal.setAside, snapshot: journal.snapshot, at: journal.at, by: journal.by,
      safetySnapshot: journal.safetySnapshot)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try repository.putRecord(kind: .restore, id: id, Array(try encoder.encode(record)))
  }
}
