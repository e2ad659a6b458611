internal import Bytes
internal import Postgres
internal import Problems
internal import Repository
internal import Snapshot

/// Writes rows of a snapshot into tables, as the same text that was read.
struct RowLoader {
  let connection: Connection
  let repository: Repository
  /// The encoding of the snapshot's text.
  let encoding: String

  /// Loads some stripes of a table in one COPY.
  ///
  /// Every chunk is opened, decompressed and hashed before its first byte goes to the server, on a
  /// thread that is some chunks ahead.
  func load(_ stripes: some Sequence<Stripe>, of table: Manifest.Table) throws {
    try load(stripes, of: table, by: Self.copyStatement(table))
  }

  /// Loads stripes by another COPY statement, into a place with the same columns.
  func load(
    _ stripes: some Sequence<Stripe>,
    of table: Manifest.Table,
    by statement: String
  ) throws {
    let ahead = ChunkAhead(stripes.flatMap(\.chunks), of: repository)
    defer { ahead.stop() }
    do {
      try connection.setTransferSettings(forReading: false)
      try connection.execute("SET LOCAL client_encoding = \(SQL.literal(encoding))")
      try connection.copyIn(statement) { writer in
        for stripe in stripes { try send(stripe, of: table, from: ahead, to: writer) }
      }
      try connection.execute("SET LOCAL client_encoding = 'UTF8'")
    } catch let error as PostgresError {
      throw error.problem("cannot load rows into \(table.label)")
    }
  }

  private func send(
    _ stripe: Stripe,
    of table: Manifest.Table,
    from ahead: ChunkAhead,
    to writer: CopyWriter
  ) throws {
    var left = stripe.bytes
    for _ in stripe.chunks {
      let bytes = try ahead.next()
      // Behind the text stands the trailer, which no server wants.
      let count = min(left, bytes.count)
      try writer.write(bytes.span.extracting(0..<count))
      left -= count
    }
    guard left == 0 else { throw Self.isShort(stripe, of: table, left) }
  }

  /// What is wrong with a stripe whose chunks end before its text does.
  static func isShort(_ stripe: Stripe, of table: Manifest.Table, _ missing: Int) -> Problem {
    Problem(
      .damaged,
      code: "snapshot.stripe",
      "a stripe of \(table.label) is shorter than it says",
      reason: "\(missing) bytes of \(stripe.bytes) are missing",
      hint: "Run drydock check --read-data, and restore an older snapshot meanwhile."
    )
  }

  /// COPY into the table, or into the root whose leaves rows may move between.
  static func copyStatement(_ table: Manifest.Table) -> String {
    let target = SQL.asciiIdentifier(
      table.loadRoot?.schema ?? table.schema,
      table.loadRoot?.name ?? table.name
    )
    let columns = table.columns.map { SQL.asciiIdentifier($0.name) }.joined(separator: ", ")
    return "COPY \(target)\(columns.isEmpty ? "" : " (\(columns))") FROM STDIN"
  }
}
