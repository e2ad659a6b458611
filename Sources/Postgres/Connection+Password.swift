internal import CLibPQ

extension Connection {
  /// What the server keeps of a password, so that the password itself stands in no statement and no
  /// log (manual, 34.13 "PQencryptPasswordConn").
  ///
  /// - Parameters:
  ///   - password: The password.
  ///   - role: The role that it is for.
  /// - Returns: The verifier for `ALTER ROLE ... PASSWORD`.
  /// - Throws: What libpq says.
  public func passwordVerifier(
    _ password: String,
    for role: String
  ) throws(PostgresError) -> String {
    guard let text = unsafe PQencryptPasswordConn(handle, password, role, "scram-sha-256") else {
      throw PostgresError(message: unsafe String(cString: PQerrorMessage(handle)))
    }
    defer { unsafe PQfreemem(text) }
    return unsafe String(cString: text)
  }
}
