internal import Bytes
internal import Catalog
internal import Digests
internal import Postgres
internal import Problems
internal import Repository
internal import Snapshot

/// Reads pieces of tables on one connection that shares the backup's snapshot.
struct RowReader {
  /// What became of one piece.
  struct Outcome: Sendable {
    /// The stripes that were written, by their numbers in the table.
    var stripes: [Int: Stripe] = [:]
    /// Bytes of text that came from the server.
    var bytesRead = 0
    /// Why the parent's stripes could not be used, where that was so.
    var lost: [String] = []
    /// Pages that are not what the parent claims, though they did not change.
    var differing: [Int] = []
  }

  let connection: Connection
  /// The database's own encoding, so that the server converts nothing.
  let encoding: String
  let seed: UInt64
  let parents: ParentReader
  let store: (Span<UInt8>, _ older: ChunkID?) throws -> ChunkID

  /// Reads a piece and writes its stripes.
  ///
  /// Where the parent's stripes turn out to be damaged, all stripes of the piece come whole from the
  /// server.
  func read(_ piece: ReadPlan.Piece, of table: ReadPlan.Table) throws -> Outcome {
    do {
      guard table.relation.isHeap else { return try readByContent(table.relation) }
      try connection.execute("SAVEPOINT before_piece")
      do {
        let outcome = try cut(piece, of: table, parents.stripes(of: piece, in: table))
        try connection.execute("RELEASE SAVEPOINT before_piece")
        return outcome
      } catch let lost as ParentStripeLost {
        try connection.execute("ROLLBACK TO SAVEPOINT before_piece")
        var outcome = try cut(piece.readWhole(table.stripePages), of: table, .none)
        outcome.lost.append(lost.text)
        return outcome
      }
    } catch let error as PostgresError {
      throw error.problem("cannot read table \(table.relation.name)")
    }
  }

  private func cut(
    _ piece: ReadPlan.Piece,
    of table: ReadPlan.Table,
    _ parent: ParentStripes
  ) throws -> Outcome {
    var outcome = Outcome()
    var cutter = StripeCutter(
      table: "\(table.relation.name)",
      piece: piece,
      stripePages: table.stripePages,
      builder: StripeBuilder(seed: seed, store: store),
      parent: parent
    ) { number, stripe, marks in
      guard let check = claimCheck(table, parent) else { return }
      do {
        outcome.differing += try check.differences(number, stripe, marks)
      } catch let lost as ParentStripeLost {
        // The rows themselves came from the server, so nothing has to be read again.
        outcome.lost.append(lost.text)
      }
    }
    if !piece.changed.isEmpty {
      var bytes = 0
      try copy(RangeQuery(table.relation, piece.changed).text) { row in
        bytes += row.count
        try cutter.take(row)
      }
      outcome.bytesRead = bytes
    }
    outcome.stripes = try cutter.finish()
    return outcome
  }

  private func claimCheck(_ table: ReadPlan.Table, _ parent: ParentStripes) -> ClaimCheck? {
    guard case .whole(_, let changed?) = table.way else { return nil }
    return ClaimCheck(
      parent: parent,
      changed: changed,
      stripePages: table.stripePages,
      hasher: RowHasher(seed: seed)
    )
  }

  /// A table whose access method has no addressable pages: a stripe for every mebibyte of rows.
  private func readByContent(_ relation: Relation) throws -> Outcome {
    var outcome = Outcome()
    var builder = StripeBuilder(seed: seed, store: store)
    try copy(RangeQuery.all(relation)) { row in
      outcome.bytesRead += row.count
      try builder.append(row)
      if builder.bytes >= StripeBuilder.pieceSize {
        outcome.stripes[outcome.stripes.count] = try builder.close(pageOffsets: [])
      }
    }
    if builder.bytes > 0 {
      outcome.stripes[outcome.stripes.count] = try builder.close(pageOffsets: [])
    }
    return outcome
  }

  /// Runs a COPY whose rows come in the database's own encoding.
  private func copy(_ query: String, _ body: (Span<UInt8>) throws -> Void) throws {
    try connection.execute(
      "SET LOCAL client_encoding = \(SQL.literal(encoding)); \(RangeQuery.settings)"
    )
    try connection.copyOut(query, body)
    try connection.execute("SET LOCAL client_encoding = 'UTF8'")
  }
}

extension ReadPlan.Piece {
  /// The same piece with every row of its stripes from the server, and of no other stripe.
  func readWhole(_ stripePages: Int) -> ReadPlan.Piece {
    ReadPlan.Piece(
      table: table,
      pages: pages,
      stripes: stripes,
      changed: PageSet(ranges: stripes.map { $0 * stripePages..<($0 + 1) * stripePages })
        .intersection(pages)
    )
  }
}
