internal import Bytes
internal import Catalog
internal import Postgres
internal import Repository
public import Snapshot

/// Writes a snapshot as plain SQL that `psql` loads into an empty database: nothing is locked in.
public struct ExportRun {
  private let content: SnapshotContent
  private let options: RestoreOptions
  private let write: ([UInt8]) throws -> Void

  /// Prepares an export.
  ///
  /// - Parameters:
  ///   - content: the snapshot.
  ///   - options: which part of it, and what is left out.
  ///   - write: takes the SQL, piece by piece.
  public init(
    of content: SnapshotContent,
    options: RestoreOptions,
    write: @escaping ([UInt8]) throws -> Void
  ) {
    self.content = content
    self.options = options
    self.write = write
  }

  /// Writes everything: definition, rows, values, indexes and constraints.
  public func run() throws {
    let reader = try content.repository.makeReader()
    let selection = try RestoreSelection(options: options, manifest: content.manifest)
    let work = try RestoreWork(
      content: content,
      selection: selection,
      options: options,
      serverVersion: content.manifest.server.version
    )
    try text(try work.archive.script(.preData, only: work.everything, without: options.without))
    if !options.isSchemaOnly {
      // The definition is in UTF-8, the rows are in the database's own encoding.
      try text("SET client_encoding = \(SQL.literal(content.manifest.database.encoding));\n")
      for (table, stripes) in work.tables { try rows(of: table, stripes, reader) }
      try text("SET client_encoding = 'UTF8';\n")
      let values = ValueStatements(manifest: content.manifest)
      try text(values.sequences(selection.includes).map { "\($0);\n" }.joined())
      for item in work.largeObjects { try largeObject(item, reader) }
    }
    try text(try work.archive.script(.postData, only: work.everything, without: options.without))
    if !options.isSchemaOnly {
      let values = ValueStatements(manifest: content.manifest)
      try text(values.refreshes(selection.includes).map { "\($0.statement);\n" }.joined())
    }
  }

  private func text(_ sql: String) throws { try write(Array(sql.utf8)) }

  private func rows(
    of table: Manifest.Table,
    _ stripes: [Stripe],
    _ reader: ChunkReader
  ) throws {
    guard table.rows > 0 else { return }
    try text("\n\(RowLoader.copyStatement(table));\n")
    for stripe in stripes {
      var left = stripe.bytes
      for chunk in stripe.chunks {
        let bytes = try reader.read(chunk, kind: .data)
        try write(Array(bytes.prefix(left)))
        left -= min(left, bytes.count)
      }
      guard left == 0 else { throw RowLoader.isShort(stripe, of: table, left) }
    }
    try text("\\.\n\n")
  }

  private func largeObject(_ item: LargeObjectList.Item, _ reader: ChunkReader) throws {
    try text("SELECT pg_catalog.lo_create(\(item.oid));\n")
    var offset = 0
    for chunk in item.chunks {
      let bytes = try reader.read(chunk, kind: .data)
      let digits = Hex.text(bytes)
      try text("SELECT pg_catalog.lo_put(\(item.oid), \(offset), '\\x\(digits)');\n")
      offset += bytes.count
    }
    let statements = item.statements(options.without) + item.labelStatements
    try text(statements.map { "\($0);\n" }.joined())
  }
}
