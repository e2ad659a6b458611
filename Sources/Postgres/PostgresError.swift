public import Problems

/// What the server or libpq said when something went wrong.
///
/// The server's DETAIL and CONTEXT can hold row data (PostgreSQL manual, 55.8 "Error and Notice
/// Message Fields"). They are kept apart so that nobody prints them by accident.
public struct PostgresError: Error, Sendable, Equatable {
  /// The five-character SQLSTATE (manual, appendix A), or nil when libpq itself failed.
  public var sqlState: String?
  /// The primary message, one line.
  public var message: String
  /// The server's hint.
  public var hint: String?
  /// Where in the statement, in characters from 1.
  public var position: Int?
  /// May hold row data: never for reports, logs or receipts.
  public var privateDetail: String?
  /// The table that the error is about, as the server names it.
  public var table: String?
  /// The constraint that the error is about.
  public var constraint: String?
  /// Whether the connection is gone, or was never made.
  public var isConnectionLost: Bool

  /// Makes an error of libpq's own, or one for a test.
  public init(
    sqlState: String? = nil,
    message: String,
    hint: String? = nil,
    position: Int? = nil,
    privateDetail: String? = nil,
    table: String? = nil,
    constraint: String? = nil,
    isConnectionLost: Bool = false
  ) {
    self.sqlState = sqlState
    self.message = message
    self.hint = hint
    self.position = position
    self.privateDetail = privateDetail
    self.table = table
    self.constraint = constraint
    self.isConnectionLost = isConnectionLost
  }

  /// Whether the statement was cancelled on request (SQLSTATE 57014).
  public var isCancelled: Bool { sqlState == "57014" }

  /// Whether the same statement may succeed later: lock timeout, deadlock, serialization failure.
  public var isRetryable: Bool {
    ["55P03", "40P01", "40001", "53300", "57P03"].contains(sqlState ?? "")
  }

  /// The server's words with the SQLSTATE, safe to print.
  public var reason: String {
    guard let sqlState else { return message }
    return "\(message) (SQLSTATE \(sqlState))"
  }
}

extension PostgresError {
  /// The error as a problem, when the caller has said what it was doing.
  ///
  /// - Parameters:
  ///   - doing: what failed, with which object: `cannot read table public.jobs`.
  ///   - hint: what to do next; the server's own hint when nil.
  /// - Returns: the problem, without what may hold row data.
  public func problem(_ doing: String, hint: String? = nil) -> Problem {
    if isCancelled {
      return Problem(
        .failed,
        code: "postgres.cancelled",
        doing,
        reason: reason,
        hint: hint ?? "The statement was cancelled; run the command again.",
        isRetryable: true
      )
    }
    return Problem(
      .failed,
      code: "postgres.\(sqlState ?? "connection")",
      doing,
      reason: reason,
      hint: hint ?? self.hint ?? advice,
      isRetryable: isRetryable
    )
  }

  /// What helps with the errors that people meet most often (manual, appendix A).
  private var advice: String? {
    switch sqlState {
    case "28P01", "28000": Self.passwordAdvice
    case "3D000": "Create the database first, or check its name in the connection string."
    case "42501": "The role lacks a privilege; grant it, or connect as the owner."
    case "53300": "All connection slots are taken; try again, or lower --jobs."
    case "53100": "The server's disk is full; free space there and run the command again."
    case "53200" where message.contains("shared memory"):
      "Raise max_locks_per_transaction (needs a restart) and run the command again."
    case "53200": "The server has no memory left; lower --jobs, or try again when it does less."
    case "57P03": "The server is starting up or shutting down; try again in a moment."
    case nil: "Is the server running, and are host and port right?"
    default: nil
    }
  }

  private static var passwordAdvice: String {
    let usual = "Check user and password: ~/.pgpass (mode 0600), a service file, or PGPASSWORD."
    guard let refusal = PasswordFile.refusal else { return usual }
    return "\(refusal) \(usual)"
  }
}
