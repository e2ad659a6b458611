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
  /// The rows that were brought, by table: none comes twice.
  private var brought: [Int: Set<RowPlace>] = [:]

  init(
    connection: Connection,
    content: SnapshotContent,
    tables: [SampledTable],
    references: SampleReferences
  ) {
    (self.connection, self.content) = (connection, content)
    (self.tables, self.references) = (tables, references)
  }

  /// Brings the rows that are referred to and missing.
  ///
  /// A table is read once. What a found row refers to in its own table is looked for at once, so a
  /// chain comes in one reading, if it leads the way in which the table is read.
  ///
  /// - Parameter isBackwards: Whether tables are read from their ends.
  /// - Returns: How many were found.
  /// - Throws: `PostgresError`, or a `Problem` when a stripe cannot be read.
  mutating func bring(isBackwards: Bool) throws -> Int {
    var wanted: [Int: [WantedKeys]] = [:]
    for search in references.searches {
      let missing = try missingKeys(search)
      guard !missing.isEmpty else { continue }
      for leaf in references.leaves(of: search.other) {
        let holdsBoth = references.leaves(of: search.table).contains { $0.oid == leaf.oid }
        wanted[leaf.oid, default: []].append(
          WantedKeys(
            places: leaf.places(of: search.definition.referenced),
            referring: holdsBoth ? leaf.places(of: search.definition.columns) : nil,
            keys: missing
          )
        )
      }
    }
    var count = 0
    for sampled in tables {
      guard let keys = wanted[sampled.table.oid] else { continue }
      count += try load(rows(of: sampled, keys, isBackwards), into: sampled.table)
    }
    return count
  }

  /// Takes away the rows that refer to nothing.
  ///
  /// - Returns: How many.
  func takeAway() throws -> Int {
    try references.searches.reduce(0) { count, search in
      try count
        + transaction {
          try connection.query("DELETE \(source(search))", []).affected
        }
    }
  }

  /// The texts of keys that are referred to and not there, as COPY writes them.
  private func missingKeys(_ search: ForeignKeyCheck.Search) throws -> Set<[UInt8]> {
    try transaction {
      let columns = search.definition.columns.map { "o.\(SQL.asciiIdentifier($0))" }
      var keys: Set<[UInt8]> = []
      try connection.copyOut(
        """
        COPY (SELECT DISTINCT \(columns.joined(separator: ", ")) \(source(search))) TO STDOUT
        """
      ) { row in
        var key: [UInt8] = []
        for place in row.indices where row[place] != UInt8(ascii: "\n") { key.append(row[place]) }
        keys.insert(key)
      }
      return keys
    }
  }

  /// The rows `o` that refer to nothing, in ASCII.
  private func source(_ search: ForeignKeyCheck.Search) -> String {
    let condition = search.condition(references.source(search.other)) { SQL.asciiIdentifier($0) }
    return "FROM \(references.source(search.table)) o WHERE \(condition)"
  }

  /// The rows with those keys, in what the sample has not taken of a table.
  private mutating func rows(
    of sampled: SampledTable,
    _ wanted: [WantedKeys],
    _ isBackwards: Bool
  ) throws -> [[UInt8]] {
    var found: [[UInt8]] = []
    var open = wanted
    let rest = isBackwards ? sampled.rest.reversed() : sampled.rest
    for place in rest where open.contains(where: { !$0.keys.isEmpty }) {
      let rows = Array(try StripeRows(sampled.stripes[place], of: content.repository).enumerated())
      for (number, row) in isBackwards ? rows.reversed() : rows {
        // Every key is asked: one row may be what several are looking for.
        let hits = open.indices.filter { open[$0].take(row) }
        let here = RowPlace(stripe: place, row: number)
        guard !hits.isEmpty, brought[sampled.table.oid, default: []].insert(here).inserted
        else { continue }
        found.append(Array(row))
        for index in open.indices { open[index].follow(row) }
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
      let path = content.manifest.database.schemas.map { SQL.asciiIdentifier($0) }
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

/// Which row of a table it is.
private struct RowPlace: Hashable {
  let stripe: Int
  let row: Int
}

extension Manifest.Table {
  /// Where columns stand in a row.
  fileprivate func places(of names: [String]) -> [Int] {
    names.compactMap { name in columns.firstIndex { $0.name == name } }
  }
}
