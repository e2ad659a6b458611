internal import Postgres
internal import Problems

/// The drop of a copy of a whole database, from the maintenance database.
///
/// The copy is closed and its journal says `accepting` before it goes, so nobody can make a slot in
/// it between the last look and the drop, and a killed drop can always be finished.
struct DatabaseDrop: Sendable {
  let copy: DatabaseCopy

  /// Drops a copy that was never live; sessions that a killed restore left in it are ended.
  func abandon(_ connection: Connection) throws {
    try requireDroppable(connection)
    try connection.execute("DROP DATABASE \(SQL.identifier(copy.name)) WITH (FORCE)")
  }

  /// Notes that the copy is being dropped, and lets nobody in any more.
  func begin(_ journal: DatabaseJournal, _ connection: Connection) throws {
    try connection.transaction {
      let comments = DatabaseComments(connection: connection)
      if let oid = copy.oid {
        var comment = try comments.read(oid)
        comment.set(journal)
        try comments.store(comment, of: copy.name)
      }
      try changeLive(connection) { comment in
        var line = journal
        line.copy = .live
        comment.set(line)
      }
      try connection.execute(
        "ALTER DATABASE \(SQL.identifier(copy.name)) ALLOW_CONNECTIONS false"
      )
    }
  }

  /// Drops it, and then its line in the live one's comment.
  func finish(_ connection: Connection) throws {
    if copy.oid != nil {
      try requireDroppable(connection)
      try connection.execute("DROP DATABASE \(SQL.identifier(copy.name))")
    }
    let operation = copy.operation
    try changeLive(connection) { $0.remove(operation) }
  }

  private func requireDroppable(_ connection: Connection) throws {
    guard let oid = copy.oid else { return }
    try DatabaseHindrances.read(oid, connection).requireDroppable(copy.name)
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
