internal import Catalog
internal import Postgres
internal import Problems
internal import Restoration
internal import Snapshot

/// Asks a restored copy the questions whose answers the snapshot keeps.
///
/// The text of a question comes from the snapshot, and what it calls from strangers; so it is asked
/// by a role without power, in a transaction that only reads.
struct AnswerTrial: Sendable {
  let content: SnapshotContent

  /// How long one question may take, in milliseconds: the copy's caches are cold.
  private static let timeout = 600_000

  /// How many answers the snapshot keeps.
  var count: Int {
    get throws { try content.manifest.answers.map { try decoded($0).count } ?? 0 }
  }

  /// Asks; an empty list where every answer is the same.
  func run(on scratch: ScratchDatabase) throws -> [VerificationRun.Finding] {
    guard let text = content.manifest.answers else { return [] }
    let answers = try decoded(text)
    try QueryScratch.makeReader(on: scratch, for: content)
    let connection = try Connection.open(scratch.settings(role: QueryScratch.reader))
    return try answers.flatMap { try compare($0, connection) }
  }

  private func compare(
    _ then: Answer,
    _ connection: Connection
  ) throws -> [VerificationRun.Finding] {
    let subject = "question \(then.question)"
    do {
      let lines = then.difference(to: try ask(then, connection))
      return lines.map { VerificationRun.Finding(subject: subject, text: $0) }
    } catch let error as PostgresError where !error.isConnectionLost {
      return [VerificationRun.Finding(subject: subject, text: "no answer: \(error.reason)")]
    }
  }

  private func ask(_ then: Answer, _ connection: Connection) throws -> Answer {
    try connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    // The next question needs a connection in order, whatever became of this one.
    defer { _ = try? connection.execute("ROLLBACK") }
    try connection.execute("SET LOCAL statement_timeout = \(Self.timeout)")
    return try Question(name: then.question, sql: then.sql).ask(connection)
  }

  private func decoded(_ text: String) throws -> [Answer] {
    do {
      return try Answer.decoded(text)
    } catch {
      throw Problem(
        .damaged,
        code: "snapshot.answers",
        "the answers in the snapshot cannot be read",
        reason: "they are not of a version that this program knows",
        hint: "Use the version of drydock that took it, or a newer one."
      )
    }
  }
}
