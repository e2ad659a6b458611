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
  ///
  /// Returns what the server refused to a role that is not superuser: owners, and rights of others.
  /// Throws a `Problem` of kind `damaged` where one is longer or shorter than the snapshot says.
  @discardableResult
  func createLargeObjects(
    _ items: [LargeObjectList.Item],
    reader: ChunkReader,
    without: Omissions,
    roles: RoleMap = RoleMap(),
    isSuperuser: Bool = true
  ) throws -> [String] {
    var refused: [String: Int] = [:]
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
        guard offset == item.size else { throw Self.isShort(item, offset) }
        for statement in item.statements(without) {
          let mapped = roles.rewrite(statement + ";")
          if isSuperuser {
            try connection.execute(mapped)
          } else if let refusal = try connection.attempt(mapped, { $0.sqlState == "42501" }) {
            refused[refusal.message, default: 0] += 1
          }
        }
      } catch let error as PostgresError {
        throw error.problem("cannot restore large object \(item.oid)")
      }
    }
    return refused.sorted { $0.key < $1.key }.map { reason, count in
      "the owner or rights of large objects, \(count) times: \(reason)"
    }
  }

  private static func isShort(_ item: LargeObjectList.Item, _ size: Int) -> Problem {
    Problem(
      .damaged,
      code: "restore.large-object",
      "large object \(item.oid) is not whole in the snapshot",
      reason: "its parts have \(size) bytes together; the snapshot says \(item.size)",
      hint: "drydock verify SNAPSHOT lists what is damaged; an older snapshot may hold it."
    )
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
