internal import Postgres
internal import Problems

/// The drop of a copy of a whole database that was live once, from the maintenance database.
///
/// The copy is closed and its journal says `accepting` before it goes, so a killed drop can always be
/// finished, and nobody can write anything between the last look and the drop.
struct DatabaseDrop: Sendable {
  let copy: DatabaseCopy

  /// Notes that the copy is being dropped, and lets nobody in any more.
  ///
  /// `seen` is what was written into it when its safety snapshot was found to have all of it.
  func begin(_ journal: DatabaseJournal, _ seen: DatabaseWrites, _ connection: Connection) throws {
    try connection.transaction {
      let comments = DatabaseComments(connection: connection)
      if let oid = copy.oid {
        try close(oid, seen, connection)
        var comment = try comments.read(oid)
        comment.set(journal)
        try comments.store(comment, of: copy.name)
      }
      try changeLive(connection) { comment in
        var line = journal
        line.copy = .live
        comment.set(line)
      }
    }
  }

  /// Closes it with nobody inside, and looks whether somebody was there meanwhile.
  ///
  /// The server renames only a database that no session and no prepared transaction is in, and lets
  /// nobody in until COMMIT. So what is seen after the rename stays so.
  private func close(_ oid: Int, _ seen: DatabaseWrites, _ connection: Connection) throws {
    let name = SQL.identifier(copy.name)
    let other = SQL.identifier("drydock_closes_\(copy.operation)")
    try connection.execute("ALTER DATABASE \(name) RENAME TO \(other)")
    try connection.execute("ALTER DATABASE \(other) RENAME TO \(name)")
    try requireDroppable("accept again", connection)
    guard try DatabaseWrites.sessionCount(oid, connection) == seen.sessionCount else {
      throw Problem.writtenMeanwhile(copy.name)
    }
    try connection.execute("ALTER DATABASE \(name) ALLOW_CONNECTIONS false")
  }

  /// Drops it, and then its line in the live one's comment.
  func finish(_ connection: Connection) throws {
    if copy.oid != nil {
      try requireDroppable(
        "--resume (ALTER DATABASE ... ALLOW_CONNECTIONS true lets you in)",
        connection
      )
      try connection.execute("DROP DATABASE \(SQL.identifier(copy.name))")
    }
    let operation = copy.operation
    try changeLive(connection) { $0.remove(operation) }
  }

  private func requireDroppable(_ next: String, _ connection: Connection) throws {
    guard let oid = copy.oid else { return }
    try DatabaseHindrances.read(oid, connection).requireDroppable(copy.name, next)
  }

  /// Changes the live one's comment where it speaks of this operation.
  private func changeLive(
    _ connection: Connection,
    _ change: (inout Journaled<DatabaseJournal>) -> Void
  ) throws {
    let comments = DatabaseComments(connection: connection)
    var comment = try comments.read(try DatabaseBuild.oid(of: copy.database, connection))
    guard comment.journals.contains(where: { $0.operation == copy.operation }) else { return }
    change(&comment)
    try comments.store(comment, of: copy.database)
  }
}
