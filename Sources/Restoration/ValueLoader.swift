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
    let chosen = manifest.sequences.filter { isChosen($0.schema, $0.name) }
    for start in stride(from: 0, to: chosen.count, by: 500) {
      let calls = chosen[start..<min(start + 500, chosen.count)].map { sequence in
        let name = SQL.literal(SQL.identifier(sequence.schema, sequence.name))
        return "pg_catalog.setval(\(name), \(sequence.lastValue), \(sequence.isCalled))"
      }
      try run("SELECT \(calls.joined(separator: ", "))", doing: "cannot set the sequences")
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
    for view in manifest.materializedViews
    where view.isPopulated && isChosen(view.schema, view.name) {
      try run(
        "REFRESH MATERIALIZED VIEW \(SQL.identifier(view.schema, view.name))",
        doing: "cannot fill materialised view \(view.schema).\(view.name)"
      )
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

extension LargeObjectList.Item {
  /// The statements that give the object its owner, its rights and its comment.
  fileprivate func statements(_ without: Omissions) -> [String] {
    var statements: [String] = []
    if !without.contains(.owners) {
      statements.append("ALTER LARGE OBJECT \(oid) OWNER TO \(SQL.identifier(owner))")
    }
    if !without.contains(.privileges) {
      statements += grants.map { grant in
        let role = grant.role.map { SQL.identifier($0) } ?? "PUBLIC"
        return "GRANT \(grant.privilege) ON LARGE OBJECT \(oid) TO \(role)"
          + (grant.isGrantable ? " WITH GRANT OPTION" : "")
      }
    }
    if let comment {
      statements.append("COMMENT ON LARGE OBJECT \(oid) IS \(SQL.literal(comment))")
    }
    return statements
  }
}
