internal import Catalog
internal import Postgres
internal import Repository
internal import Snapshot

/// One connection that brings rows into a sample, or takes rows out of it, until foreign keys hold.
struct SampleClosure {
  let connection: Connection
  let content: SnapshotContent
  let tables: [SampledTable]
  let references: SampleReferences

  /// Brings the rows that are referred to and missing.
  ///
  /// - Returns: How many were found.
  func bring() throws -> Int {
    var wanted: [Int: [WantedKeys]] = [:]
    for search in references.searches {
      let missing = try missingKeys(search)
      guard !missing.isEmpty else { continue }
      for leaf in references.leaves(of: search.other) {
        let places = search.definition.referenced.compactMap { name in
          leaf.columns.firstIndex { $0.name == name }
        }
        wanted[leaf.oid, default: []].append(WantedKeys(places: places, keys: missing))
      }
    }
    return try tables.reduce(0) { found, sampled in
      guard let keys = wanted[sampled.table.oid] else { return found }
      return try found + load(rows(of: sampled, keys), into: sampled.table)
    }
  }

  /// Takes away the rows that refer to nothing.
  ///
  /// - Returns: How many.
  func takeAway() throws -> Int {
    try references.searches.reduce(0) { count, search in
      try count
        + transaction {
          let table = SQL.identifier(search.table.schema, search.table.name)
          return try connection.query(
            "DELETE FROM \(table) o WHERE \(search.condition)",
            []
          ).affected
        }
    }
  }

  /// The texts of keys that are referred to and not there, as COPY writes them.
  private func missingKeys(_ search: ForeignKeyCheck.Search) throws -> Set<[UInt8]> {
    try transaction {
      let columns = search.definition.columns.map { "o.\(SQL.identifier($0))" }
      let table = SQL.identifier(search.table.schema, search.table.name)
      var keys: Set<[UInt8]> = []
      try connection.copyOut(
        """
        COPY (SELECT DISTINCT \(columns.joined(separator: ", ")) FROM \(table) o
          WHERE \(search.condition)) TO STDOUT
        """
      ) { row in
        var key: [UInt8] = []
        for place in row.indices where row[place] != UInt8(ascii: "\n") { key.append(row[place]) }
        keys.insert(key)
      }
      return keys
    }
  }

  /// The rows with those keys, in what the sample has not taken of a table.
  private func rows(of sampled: SampledTable, _ wanted: [WantedKeys]) throws -> [[UInt8]] {
    var found: [[UInt8]] = []
    var open = wanted
    for stripe in sampled.rest where open.contains(where: { !$0.keys.isEmpty }) {
      for row in try StripeRows(stripe, of: content.repository) {
        // Every key is asked: one row may be what several are looking for.
        let hits = open.indices.filter { open[$0].take(row) }
        if !hits.isEmpty { found.append(Array(row)) }
      }
    }
    return found
  }

  private func load(_ rows: [[UInt8]], into table: Manifest.Table) throws -> Int {
    guard !rows.isEmpty else { return 0 }
    return try transaction {
      try connection.copyIn(RowLoader.copyStatement(table)) { writer in
        for row in rows {
          let line = row + [UInt8(ascii: "\n")]
          try writer.write(line.span)
        }
      }
    }
  }

  /// A transaction in which keys and rows have the text that they have in the snapshot.
  ///
  /// Operators of extensions are found wherever those are; all names are qualified anyway.
  private func transaction<Value>(_ body: () throws -> Value) throws -> Value {
    try connection.transaction {
      try connection.setTransferSettings(forReading: false)
      let encoding = SQL.literal(content.manifest.database.encoding)
      let path = content.manifest.database.schemas.map { SQL.identifier($0) }
      try connection.execute(
        "SET LOCAL client_encoding = \(encoding);"
          + " SET LOCAL search_path = \((["pg_catalog"] + path).joined(separator: ", "))"
      )
      let value = try body()
      try connection.execute("SET LOCAL client_encoding = 'UTF8'")
      return value
    }
  }
}

/// Keys whose rows are looked for in a table.
struct WantedKeys {
  /// Where the key's columns stand in a row, in the order in which the key names them.
  let places: [Int]
  /// Their texts, with tabs between columns; found ones are taken out.
  private(set) var keys: Set<[UInt8]>

  init(places: [Int], keys: Set<[UInt8]>) {
    (self.places, self.keys) = (places, keys)
  }

  /// Whether a row is one of those; it is looked for no longer then.
  mutating func take(_ row: ArraySlice<UInt8>) -> Bool {
    guard !keys.isEmpty else { return false }
    let fields = row.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
    let key = places.map { fields[$0] }.joined(separator: [UInt8(ascii: "\t")])
    return keys.remove(Array(key)) != nil
  }
}
