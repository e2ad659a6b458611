internal import Digests
internal import Postgres
internal import Problems
internal import Repository
internal import Snapshot
private import Synchronization

/// Reads restored tables back and compares their digests with the snapshot's.
///
/// A digest is a sum over rows, so it does not depend on their order, and any connection may read
/// any part. Tables whose rows go through a partitioned root are compared at the root.
struct DigestComparison: Sendable {
  /// What one table must add up to.
  struct Claim: Sendable {
    let label: String
    let source: String
    let columns: [String]
    let condition: String?
    var rows: Int
    var digest: DigestSum
  }

  let seed: UInt64
  let encoding: String
  let claims: [Claim]

  init(of tables: [Manifest.Table], seed: UInt64, encoding: String) {
    self.seed = seed
    self.encoding = encoding
    var direct: [Claim] = []
    var roots: [Manifest.Root: Claim] = [:]
    for table in tables {
      guard let root = table.loadRoot else {
        direct.append(Claim(table))
        continue
      }
      if var claim = roots[root] {
        claim.rows += table.rows
        claim.digest.add(table.digest)
        roots[root] = claim
      } else {
        roots[root] = Claim(table)
      }
    }
    claims = (direct + roots.values).sorted { $0.rows > $1.rows }
  }

  /// Checks every claim on a connection inside a transaction, one after the other.
  ///
  /// - Throws: A `Problem` of kind `damaged`; `CancellationError` where the task was cancelled.
  static func check(
    _ tables: [Manifest.Table],
    of content: SnapshotContent,
    on connection: Connection
  ) throws {
    let comparison = DigestComparison(
      of: tables,
      seed: content.repository.digestSeed,
      encoding: content.manifest.database.encoding
    )
    for claim in comparison.claims {
      try Task.checkCancellation()
      try comparison.check(claim, on: connection)
    }
  }

  /// Checks one claim on a connection inside a transaction; throws a `Problem` of kind `damaged`.
  func check(_ claim: Claim, on connection: Connection) throws {
    let hasher = RowHasher(seed: seed)
    var digest = DigestSum()
    var rows = 0
    do {
      try connection.setTransferSettings(forReading: false)
      try connection.execute("SET LOCAL client_encoding = \(SQL.literal(encoding))")
      try connection.copyOut(claim.query) { row in
        digest.add(hasher.digest(of: row.extracting(0..<(row.count - 1))))
        rows += 1
      }
      try connection.execute("SET LOCAL client_encoding = 'UTF8'")
    } catch let error as PostgresError {
      throw error.problem("cannot read back table \(claim.label)")
    }
    guard rows == claim.rows, digest == claim.digest else {
      throw Problem(
        .damaged,
        code: "restore.digest",
        "table \(claim.label) does not read back as it was in the snapshot",
        reason: "\(rows) rows with digest \(digest); the snapshot has \(claim.rows) with"
          + " \(claim.digest)",
        hint: "Something wrote to the target meanwhile, or a type prints otherwise on this server."
          + " Do not use this copy before the difference is explained."
      )
    }
  }
}

extension DigestComparison.Claim {
  fileprivate init(_ table: Manifest.Table) {
    let root = table.loadRoot
    label = root.map { "\($0.schema).\($0.name)" } ?? table.label
    source =
      root.map { SQL.asciiIdentifier($0.schema, $0.name) }
      ?? "ONLY \(SQL.asciiIdentifier(table.schema, table.name))"
    columns = table.columns.map(\.name)
    condition = table.condition
    rows = table.rows
    digest = table.digest
  }

  fileprivate var query: String {
    let list = columns.map { SQL.asciiIdentifier($0) }.joined(separator: ", ")
    return "COPY (SELECT \(list) FROM \(source) \(condition ?? "")) TO STDOUT"
  }
}
