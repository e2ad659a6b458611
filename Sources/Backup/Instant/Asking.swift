internal import Catalog
internal import Postgres
internal import Snapshot

/// What the user's own questions got for answers at the instant of a snapshot.
struct Asking: Sendable {
  /// The answers as JSON; nil where there are none.
  private(set) var text: String?
  /// Questions that the server refused, in words for a person.
  private(set) var refusals: [String] = []

  /// How long one question may take, in milliseconds.
  private static let timeout = 300_000

  /// Nothing was asked.
  init() {}

  /// Asks every question, each in a transaction of its own that reads the exported snapshot.
  ///
  /// Not on the connection that holds the snapshot: a question may fail, and it may read views,
  /// which that connection does not. One that is refused is told and left out; the snapshot is as
  /// good without it.
  init(_ questions: [Question], snapshot: String, on connection: Connection) throws {
    var answers: [Answer] = []
    for question in questions {
      do {
        try connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        try connection.execute("SET TRANSACTION SNAPSHOT \(SQL.literal(snapshot))")
        try connection.execute("SET LOCAL statement_timeout = \(Self.timeout)")
        answers.append(try question.ask(connection))
      } catch let error as PostgresError {
        refusals.append("question \(question.name) has no answer: \(error.reason)")
      }
      try connection.execute("ROLLBACK")
    }
    if !answers.isEmpty { text = try Answer.encoded(answers) }
  }
}

extension BackupRun {
  /// Asks the user's own questions on a connection of their own.
  func askQuestions(_ opening: Opening) async throws -> Asking {
    guard !options.questions.isEmpty else { return Asking() }
    let (questions, snapshot) = (options.questions, opening.read.snapshotID)
    let session = try await Session.open(settings)
    defer { Task { await session.close() } }
    return try await session.run { connection in
      try connection.freeFromSettings()
      return try Asking(questions, snapshot: snapshot, on: connection)
    }
  }
}
