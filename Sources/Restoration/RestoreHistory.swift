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

  /// Remembers the state that a journal tells; returns a notice where that was not possible.
  ///
  /// It comes after the database's COMMIT, so a full repository cannot undo anything: a person is
  /// told, and `--resume` remembers it later.
  func remember(_ journal: Journal, as state: OperationState? = nil) -> [String] {
    do {
      try store(journal, state ?? journal.state)
      return []
    } catch let problem as Problem {
      return ["the repository's history: \(problem.summary)"]
    } catch {
      return ["the repository's history: \(error)"]
    }
  }

  private func store(_ journal: Journal, _ state: OperationState) throws {
    let id = "\(journal.operation)-\(state.rawValue)"
    guard try !repository.records(kind: .restore).contains(id) else { return }
    let record = Record(
      operation: journal.operation,
      state: state,
      schema: journal.schema,
      setAside: journal.setAside,
      snapshot: journal.snapshot,
      at: journal.at,
      by: journal.by,
      safetySnapshot: journal.safetySnapshot
    )
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try repository.putRecord(kind: .restore, id: id, Array(try encoder.encode(record)))
  }
}
