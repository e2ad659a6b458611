internal import Cryptography
public import Postgres

/// A query of the user's whose answer a snapshot keeps, so that a restored copy can be asked again.
public struct Question: Sendable, Equatable {
  /// Its name: the file's without the ending.
  public let name: String
  /// One `SELECT`, `VALUES`, `TABLE` or `WITH`.
  public let sql: String

  /// The most rows that an answer may have.
  public static let rowLimit = 100_000
  private static let batch = 1000

  /// Makes a question.
  public init(name: String, sql: String) {
    self.name = name
    self.sql = sql
  }

  /// Asks it inside a transaction that only reads, under the settings in which rows travel.
  ///
  /// A cursor takes nothing but a query, and the extended protocol nothing but one statement
  /// (manual, 55.2.3), so a file can neither end the transaction nor write. The answer is read in
  /// batches: memory holds what is kept of it.
  ///
  /// - Parameter connection: In a transaction; the settings of that transaction are changed.
  /// - Returns: The answer.
  /// - Throws: `PostgresError` where the server refuses it, also for more than `rowLimit` rows.
  public func ask(_ connection: Connection) throws -> Answer {
    try connection.setTransferSettings(forReading: false)
    try connection.query("DECLARE drydock_question NO SCROLL CURSOR FOR \(sql)", [])
    var answer = Answer(question: name, sql: sql)
    var hash = try SHA256.hash([])
    while true {
      let rows = try connection.execute("FETCH \(Self.batch) FROM drydock_question")
      if answer.columns.isEmpty { answer.columns = rows.columns }
      for row in rows { hash = try answer.add(rows.columns.indices.map { row[$0] }, after: hash) }
      guard answer.count <= Self.rowLimit else {
        throw PostgresError(message: "the answer has more than \(Self.rowLimit) rows")
      }
      guard rows.count == Self.batch else { break }
    }
    try connection.execute("CLOSE drydock_question")
    answer.hash = Answer.text(hash)
    return answer
  }
}
