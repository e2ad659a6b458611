internal import Postgres
internal import Problems
internal import Repository
internal import Snapshot

/// Puts back what is neither definition nor row: sequences, large objects, materialised views.
struct ValueLoader {
  let connection: Connection
  let manifest: Manifest

  /// Sets the sequences of the chosen schemas.
  func setSequences(_ isChosen: (String, String) -> Bool) throws {
    for statement in ValueStatements(manifest: manifest).sequences(isChosen) {
      try run(statement, doing: "cannot set the sequences")
    }
  }

  /// Creates large objects under the oids that tables refer to them by.
  func createLargeObjects(
    _ items: [LargeObjectList.Item],
    reader: ChunkReader,
    without: Omissions
  ) throws {
    for item in items {
      do {
        try connection.query(
          "SELECT pg_catalog.lo_create($1::pg_catalog.oid)",
          [Parameter(item.oid)]
        )
        var offset = 0
        for chunk in item.chunks {
          let bytes = try reader.read(chunk, kind: .data)
          try connection.query(
            "SELECT pg_catalog.lo_put($1::pg_catalog.oid, $2::bigint, $3::pg_catalog.bytea)",
            [Parameter(item.oid), Parameter(offset), .bytes(bytes)]
          )
          offset += bytes.count
        }
        for statement in item.statements(without) { try connection.execute(statement) }
      } catch let error as PostgresError {
        throw error.problem("cannot restore large object \(item.oid)")
      }
    }
  }

  /// Fills the materialised views that were filled, those first that others read.
  func refreshViews(_ isChosen: (String, String) -> Bool) throws {
    for (view, statement) in ValueStatements(manifest: manifest).refreshes(isChosen) {
      try run(statement, doing: "cannot fill materialised view \(view)")
    }
  }

  private func run(_ sql: String, doing: String) throws {
    do {
      try connection.execute(sql)
    } catch {
      throw error.problem(doing)
    }
  }
}
