internal import Postgres

/// Why a batch was rolled back, and so what follows.
struct BatchFailure: Error {
  /// What is to blame.
  enum Cause {
    /// Its rows: it is taken apart until the failing ones are alone.
    case rows(RowFailure)
    /// Rows that are done already lie between its own, where the statement cannot tell them apart.
    case sparse
    /// Others, who hold a lock or were quicker: a smaller one is tried after a pause.
    case busy
    /// The statement, the rights or the server: no row will do better.
    case other
  }

  var cause: Cause
  var error: PostgresError

  /// The statement ran, and rows are left all the same.
  static let untouched = BatchFailure(
    cause: .rows(.untouched),
    error: PostgresError(message: RowFailure.untouched.message)
  )

  /// See ``Cause/sparse``.
  static let sparse = BatchFailure(
    cause: .sparse,
    error: PostgresError(message: "rows that are done lie between the rows of the batch")
  )

  /// Classes of SQLSTATE that speak of rows (manual, appendix A): cardinality, data, integrity,
  /// triggered changes, external routines, views' checks, and what PL/pgSQL raises.
  private static let ofRows: Set<String> = ["21", "22", "23", "27", "38", "39", "44", "P0"]
  /// Lock timeout, deadlock, serialization failure.
  private static let ofOthers: Set<String> = ["55P03", "40P01", "40001"]

  /// Judges an error.
  ///
  /// - Parameters:
  ///   - error: What ended the batch.
  ///   - elapsed: How long it ran.
  ///   - limit: When the server ends it, which looks the same as a person who cancels it.
  /// - Returns: The failure; nil for one that no server sent, or that lost the connection.
  static func of(_ error: any Error, after elapsed: Duration, limit: Duration) -> BatchFailure? {
    if let failure = error as? BatchFailure { return failure }
    let server = (error as? StatementRunner.Failure)?.error ?? error as? PostgresError
    guard let server, !server.isConnectionLost, let state = server.sqlState else { return nil }
    if ofOthers.contains(state) { return BatchFailure(cause: .busy, error: server) }
    let isTimeout = server.isCancelled && elapsed >= limit
    guard isTimeout || ofRows.contains(String(state.prefix(2))) else {
      return BatchFailure(cause: .other, error: server)
    }
    let reason = RowFailure(sqlState: state, message: server.message)
    return BatchFailure(cause: .rows(reason), error: server)
  }
}
