internal import Postgres

/// Shows one session the new copy under the live name, while everybody else sees the live schema.
///
/// A definition means its names as they are when it is executed: a check, a view, a default keep the
/// objects that they found. So the copy is defined under its final name, in a transaction that takes
/// the live schema out of the way, and both have their places again before it commits: nobody can
/// see what was in between. Readers and writers of the live tables do not wait; who creates an object
/// in the live schema waits until the flip has ended (tested), so each flip defines a small part.
struct SchemaFlip {
  let connection: Connection
  let schema: String
  /// The name of the new copy.
  let copy: String
  /// A free name, for the live schema meanwhile.
  let aside: String
  let lockTimeout: Int

  private struct TrialIsOver: Error {}

  /// Defines something in the copy.
  ///
  /// - Parameters:
  ///   - isFirst: Whether `define` makes the copy itself.
  ///   - define: Statements that mean the copy when they say the live name.
  ///   - note: Statements that mean both copies by the names that everybody sees.
  /// - Throws: What a statement threw; then nothing of the flip is there.
  func run(
    isFirst: Bool = false,
    _ define: () throws -> Void,
    noting note: () throws -> Void = {}
  ) throws {
    try connection.transaction {
      try turn(isFirst: isFirst)
      try define()
      try connection.renameSchema(schema, to: copy)
      try connection.renameSchema(aside, to: schema)
      try note()
    }
  }

  /// Tries something in the copy, and takes it back.
  func rehearse<Value>(_ body: () throws -> Value) throws -> Value {
    var value: Value?
    do {
      try connection.transaction {
        try turn(isFirst: false)
        value = try body()
        throw TrialIsOver()
      }
    } catch is TrialIsOver {}
    guard let value else { throw PostgresError(message: "the trial of a definition had no end") }
    return value
  }

  private func turn(isFirst: Bool) throws {
    try connection.setTransferSettings(forReading: false)
    try ExchangeLocks(connection: connection, timeout: lockTimeout).announce(schema)
    try connection.execute("SET LOCAL lock_timeout = \(lockTimeout)")
    try connection.renameSchema(schema, to: aside)
    if !isFirst { try connection.renameSchema(copy, to: schema) }
  }
}
