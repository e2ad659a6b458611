internal import Bytes
internal import FoundationEssentials
internal import Postgres
internal import Problems
internal import Repository
internal import Snapshot

/// Opens a snapshot to its last byte before anything live is touched.
///
/// A dump that turns out to be truncated after the drop has cost people their data; here every
/// chunk is there, decrypts, decompresses and hashes to its name first. The scripts of the
/// definition are made here too, so that nobody waits for them while tables are locked.
struct SnapshotProof: Sendable {
  let work: RestoreWork
  /// Schema, types, functions, tables.
  let preData: String
  /// Indexes, constraints, triggers, rules.
  let postData: String
  /// Security labels whose providers the target has loaded, in small parts.
  let labels: [String]
  /// Security labels that stay away, and why.
  let labelOmissions: [String]
  /// Both in small parts; nil where one transaction does everything.
  let batches: DefinitionBatches?

  /// Labels that one transaction gives at most, since each locks its object.
  private static let labelsInPart = 100

  /// Entries of the definition that follow the live database instead of the snapshot.
  private static let livesOn = [
    "PUBLICATION TABLE", "PUBLICATION TABLES IN SCHEMA", "DEFAULT ACL",
  ]

  init(
    _ content: SnapshotContent,
    schema: String,
    options: ReplacementOptions,
    _ connection: Connection
  ) throws {
    var restore = RestoreOptions()
    restore.schemas = [schema]
    restore.without = options.without
    restore.binaryDirectory = options.binaryDirectory
    let selection = try RestoreSelection(options: restore, manifest: content.manifest)
    try Self.requireWhole(schema, content)
    work = try RestoreWork(
      content: content,
      selection: selection,
      options: restore,
      serverVersion: connection.serverVersion
    )
    let (given, refused) = try SecurityLabels(of: work).loaded(on: connection)
    labels = stride(from: 0, to: given.count, by: Self.labelsInPart).map { start in
      given[start..<min(start + Self.labelsInPart, given.count)].joined(separator: "\n")
    }
    labelOmissions = refused
    try Self.requireDefinition(of: schema, work, content)
    let reader = try content.repository.makeReader()
    for (table, stripes) in work.tables { try Self.open(table, stripes, reader) }
    let encoding = content.manifest.database.encoding
    if options.way(of: work.plan.totalBytes) == .beside {
      let work = work
      (preData, postData) = ("", "")
      batches = try DefinitionBatches(
        schema: schema,
        entries: (work.definition ?? []).filter { !Self.livesOn.contains($0.kind) }
      ) { try Self.script($0, $1, work, options, encoding) }
    } else {
      preData = try Self.script(.preData, work.definition, work, options, encoding)
      postData = try Self.script(.postData, work.definition, work, options, encoding)
      batches = nil
    }
  }

  /// A snapshot that left something of the schema out would put a part in the place of all of it.
  private static func requireWhole(_ schema: String, _ content: SnapshotContent) throws {
    guard content.manifest.isPartial else { return }
    guard let whole = content.manifest.wholeSchemas else {
      throw notWhole(
        schema,
        content,
        "its backup left something out, and did not note which schemas it took whole"
      )
    }
    guard !whole.contains(where: { $0.isExactly(schema) }) else { return }
    throw notWhole(
      schema,
      content,
      "its backup was told to leave out other schemas, or some of the tables or their rows"
    )
  }

  /// `pg_dump` defines no schema that belongs to an extension.
  private static func requireDefinition(
    of schema: String,
    _ work: RestoreWork,
    _ content: SnapshotContent
  ) throws {
    // pg_dump writes no entry for schema public; that one is refused with a reason of its own.
    let isDefined = (work.definition ?? []).contains { $0.kind == "SCHEMA" }
    guard !isDefined && schema != "public" else { return }
    throw notWhole(schema, content, "it has no definition of the schema")
  }

  private static func notWhole(
    _ schema: String,
    _ content: SnapshotContent,
    _ reason: String
  ) -> Problem {
    Problem(
      .refused,
      code: "restore.schema-not-whole",
      "snapshot \(content.name) does not hold schema \(schema) as a whole; nothing was changed",
      reason: reason,
      hint: "Choose another snapshot (drydock snapshots lists them), or restore what this one"
        + " holds into an empty database: without --replace."
    )
  }

  /// A section without its head, which sets the session up: the swap does that itself, and a newer
  /// `pg_restore` sets parameters there that an older server does not know.
  private static func script(
    _ section: Archive.Section,
    _ entries: [Archive.Entry]?,
    _ work: RestoreWork,
    _ options: ReplacementOptions,
    _ encoding: String
  ) throws -> String {
    let chosen = entries?.filter { !livesOn.contains($0.kind) }
    let script = try work.archive.script(section, only: chosen, without: options.without)
    // Archives are in UTF-8, save those of databases in no encoding at all.
    guard encoding != "SQL_ASCII" || script.utf8.allSatisfy({ $0 < 128 }) else {
      throw Problem(
        .refused,
        code: "restore.definition-encoding",
        "the definition has names in \(encoding), which one transaction cannot restore",
        hint: "Restore into an empty database instead: createdb NAME, then --into that one."
      )
    }
    guard let first = script.firstRange(of: "\n-- Name: ") else { return "" }
    // Between the head and the first entry may stand that entry's tablespace.
    let head = script[..<first.lowerBound]
    guard let last = head.ranges(of: "\nSET row_security = ").last,
      let end = head[last.upperBound...].firstIndex(of: "\n")
    else { return String(script[first.lowerBound...]) }
    return String(script[end...])
  }

  static func open(
    _ table: Manifest.Table,
    _ stripes: [Stripe],
    _ reader: ChunkReader
  ) throws {
    for stripe in stripes {
      let bytes = try stripe.chunks.reduce(0) { try $0 + reader.read($1, kind: .data).count }
      guard bytes >= stripe.bytes else { throw short(table, "a stripe has \(bytes) bytes") }
    }
    let rows = stripes.reduce(0) { $0 + $1.rows }
    guard rows == table.rows, stripes.reduce(0, { $0 + $1.bytes }) == table.bytes else {
      throw short(table, "its stripes have \(rows) rows of \(table.rows)")
    }
  }

  private static func short(_ table: Manifest.Table, _ reason: String) -> Problem {
    Problem(
      .damaged,
      code: "snapshot.stripe",
      "table \(table.label) is not whole in the snapshot",
      reason: reason,
      hint: "Nothing was changed. Run drydock check --read-data, and restore an older snapshot."
    )
  }
}
