internal import FoundationEssentials
internal import Problems
internal import Repository

/// What the repository remembers of replacing restores; the truth about now is in the catalog.
struct RestoreHistory {
  let repository: Repository

  private struct Record: Codable {
    var version = 1
    var operation: String
    var state: OperationState
    var schema: String?
    var database: String?
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
    remember(
      Record(
        operation: journal.operation,
        state: state ?? journal.state,
        schema: journal.schema,
        setAside: journal.setAside,
        snapshot: journal.snapshot,
        at: journal.at,
        by: journal.by,
        safetySnapshot: journal.safetySnapshot
      )
    )
  }

  /// The same for a whole database.
  func remember(_ journal: DatabaseJournal, as state: OperationState? = nil) -> [String] {
    remember(
      Record(
        operation: journal.operation,
        state: state ?? journal.state,
        database: journal.database,
        setAside: journal.setAside,
        snapshot: journal.snapshot,
        at: journal.at,
        by: journal.by,
        safetySnapshot: journal.safetySnapshot
      )
    )
  }

  /// A copy that a record says was dropped; nil where it names no snapshot, or may not be read.
  func dropped(_ id: String) throws -> Dropped? {
    guard let bytes = try repository.recordIfReadable(kind: .restore, id: id) else { return nil }
    let record = try JSONDecoder().decode(Record.self, from: Data(bytes))
    return record.safetySnapshot.map {
      Dropped(
        operation: record.operation,
        schema: record.schema,
        safetySnapshot: $0,
        at: record.at
      )
    }
  }

  private func remember(_ record: Record) -> [String] {
    do {
      try store(record)
      return []
    } catch let problem as Problem {
      return ["the repository's history: \(problem.summary)"]
    } catch {
      return ["the repository's history: \(error)"]
    }
  }

  private func store(_ record: Record) throws {
    let id = "\(record.operation)-\(record.state.rawValue)"
    guard try !repository.records(kind: .restore).contains(id) else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try repository.putRecord(kind: .restore, id: id, Array(try encoder.encode(record)))
  }
}
