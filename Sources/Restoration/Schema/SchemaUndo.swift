internal import Postgres
internal import Problems
internal import Snapshot

/// Gives the old copy its live name back, in one transaction; the newer one is kept aside.
struct SchemaUndo {
  let connection: Connection
  let lockTimeout: Int

  /// Does it, if both copies still are what the plan saw.
  func run(_ seen: LookedAt, newName: String) throws -> Journal {
    let (schema, oldName) = (seen.plan.schema, seen.plan.setAside)
    return try connection.transaction {
      try connection.setTransferSettings(forReading: false)
      let locks = ExchangeLocks(connection: connection, timeout: lockTimeout)
      try locks.announce(schema)
      try connection.execute("SET LOCAL lock_timeout = \(lockTimeout)")
      let ledger = LedgerAlignment(connection: connection)
      try ledger.lock()
      try locks.take([
        (seen.live.schema.tables, seen.live.border), (seen.aside.schema.tables, seen.aside.border),
      ])
      let live = try LiveState.read(schema, connection)
      let aside = try LiveState.read(oldName, connection)
      let binding = try LookedAt.binding(.undo, seen.found, live, aside)
      guard binding == seen.plan.binding else { throw Problem.changedMeanwhile() }
      try live.border.requirePassable(schema)
      let moves = BorderMoves(
        border: live.border,
        schema: schema,
        connection: connection,
        unchecked: try SetAside.unchecked(of: schema, connection),
        checksLater: true
      )
      try moves.detach()
      try connection.renameSchema(schema, to: newName)
      try connection.renameSchema(oldName, to: schema)
      let unchecked =
        try moves.attach() + moves.giveBack(seen.found.journal.foreignKeys)
      if let before = seen.found.journal.ledger, live.applied != nil {
        _ = try ledger.align(
          schema,
          // Of a repeatable patch nobody knows which text the old copy has: it runs again.
          to: before.map { Manifest.LedgerEntry(version: $0, name: "") },
          reason: "undo of restore \(seen.plan.operation) of schema \(schema)"
        )
      }
      var journal = seen.found.journal
      journal.foreignKeys = moves.keysToKeep
      journal.unchecked = unchecked.isEmpty ? nil : unchecked
      return try write(journal, seen, live, aside, newName)
    }
  }

  private func write(
    _ journal: Journal,
    _ seen: LookedAt,
    _ live: LiveState,
    _ aside: LiveState,
    _ newName: String
  ) throws -> Journal {
    let copies = JournaledCopies(connection: connection)
    try copies.open(seen.plan.schema, to: seen.found.journal.grants)
    try copies.close(newName, to: live.schema.grants)
    var journal = journal
    journal.state = .undone
    journal.setAside = newName
    journal.grants = live.schema.grants
    journal.ledger = live.applied?.map(\.version)
    journal.copy = .new
    try copies.write(journal, to: newName, keeping: live.schema.comment)
    // The live copy is again what it was before the operation, comment and all.
    var comment = aside.schema.comment
    comment.remove(seen.plan.operation)
    try copies.store(comment, of: seen.plan.schema)
    return journal
  }
}
