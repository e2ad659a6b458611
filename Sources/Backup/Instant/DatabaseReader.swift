internal import Bytes
internal import Catalog
internal import Postgres
internal import Snapshot

/// Reads what a manifest says of the database beside its tables; everything inside the snapshot.
struct DatabaseReader {
  let connection: Connection

  func database() throws -> Manifest.Database {
    let row = try connection.execute(databaseQuery)[0]
    let schemas = try connection.execute(Self.schemaQuery)
      .map { $0.string("nspname") }
    return Manifest.Database(
      name: row.string("datname"),
      systemIdentifier: row.string("system_identifier"),
      oid: row.int("oid"),
      owner: row.string("owner"),
      encoding: row.string("encoding"),
      collate: row.string("datcollate"),
      ctype: row.string("datctype"),
      localeProvider: row.string("datlocprovider"),
      locale: row["locale"],
      schemas: schemas,
      settings: try settings()
    )
  }

  /// The schemas of which a selection leaves nothing out; nil where it leaves nothing out at all.
  ///
  /// - Parameters:
  ///   - database: The database with its schemas.
  ///   - relations: All relations that hold data.
  ///   - options: What was chosen.
  /// - Returns: Their names, in the order of the database's.
  /// - Throws: What the server says.
  func wholeSchemas(
    of database: Manifest.Database,
    _ relations: [Relation],
    _ options: BackupOptions
  ) throws -> [String]? {
    guard options.isPartial else { return nil }
    // Of chosen tables pg_dump writes neither their schema nor anything else in it.
    guard options.tables.isEmpty else { return [] }
    var cut = Self.fitting(
      options.excludedData,
      relations.filter { $0.kind != .partitioned }.map(\.name)
    )
    if !options.excludedTables.isEmpty {
      let names = try connection.execute(Self.nameQuery).map {
        RelationName(schema: $0.string("nspname"), name: $0.string("relname"))
      }
      cut += Self.fitting(options.excludedTables, names)
    }
    return database.schemas.filter { schema in
      (options.schemas.isEmpty || Self.contains(options.schemas, schema))
        && !Self.contains(cut, schema)
    }
  }

  /// The schemas of the relations that a pattern fits.
  private static func fitting(_ patterns: [String], _ names: [RelationName]) -> [String] {
    let patterns = patterns.map(TablePattern.init)
    return names.filter { name in patterns.contains { $0.matches(name) } }.map(\.schema)
  }

  private static func contains(_ names: [String], _ name: String) -> Bool {
    names.contains { $0.isExactly(name) }
  }

  func server() throws -> Manifest.Server {
    var settings: [String: String] = [:]
    for row in try connection.execute(Self.serverSettingQuery) {
      settings[row.string("name")] = row.string("setting")
    }
    var extensions: [String: String] = [:]
    for row in try connection.execute(
      "SELECT extname, extversion FROM pg_catalog.pg_extension"
    ) {
      extensions[row.string("extname")] = row.string("extversion")
    }
    return Manifest.Server(
      version: connection.serverVersion,
      settings: settings,
      extensions: extensions
    )
  }

  func sequences(_ relations: [Relation]) throws -> [Manifest.Sequence] {
    let sequences = relations.filter { $0.kind == .sequence }
    var found: [Manifest.Sequence] = []
    for start in stride(from: 0, to: sequences.count, by: 500) {
      let batch = sequences[start..<min(start + 500, sequences.count)]
      let queries = batch.enumerated().map { place, relation in
        "SELECT \(place) AS place, last_value, is_called FROM "
          + SQL.identifier(relation.name.schema, relation.name.name)
      }
      let rows = try connection.execute(queries.joined(separator: " UNION ALL ") + " ORDER BY 1")
      for (relation, row) in zip(batch, rows) {
        found.append(
          Manifest.Sequence(
            schema: relation.name.schema,
            name: relation.name.name,
            lastValue: row.int("last_value"),
            isCalled: row.bool("is_called")
          )
        )
      }
    }
    return found
  }

  /// The materialised views, those first that others read.
  func materializedViews(_ relations: [Relation]) throws -> [Manifest.MaterializedView] {
    let views = relations.filter { $0.kind == .materializedView }
    guard !views.isEmpty else { return [] }
    let depth = ViewDepth(
      edges: try connection.execute(Self.viewQuery).map { ($0.int("view"), $0.int("source")) }
    )
    return views.sorted { (depth[$0.oid], $0.oid) < (depth[$1.oid], $1.oid) }.map {
      Manifest.MaterializedView(
        schema: $0.name.schema,
        name: $0.name.name,
        isPopulated: $0.isPopulated
      )
    }
  }

  /// The size of each relation in heap pages; one query, whatever the number of tables.
  func pages(_ relations: [Relation]) throws -> [Int: Int] {
    let oids = relations.filter(\.hasRows).map { String($0.oid) }.joined(separator: ",")
    var found: [Int: Int] = [:]
    for row in try connection.query(Self.pageQuery, [.text("{\(oids)}")]) {
      found[row.int("oid")] = row.int("pages")
    }
    return found
  }

  /// What the ledger says is applied; empty where there is no ledger.
  func ledger() throws -> [Manifest.LedgerEntry] {
    guard try connection.execute("SELECT pg_catalog.to_regclass('drydock.events')").value != nil
    else { return [] }
    return try connection.execute(Self.ledgerQuery).map {
      Manifest.LedgerEntry(
        version: $0.string("version"),
        name: $0.string("name"),
        hash: $0.string("normalised_hash")
      )
    }
  }

  /// The position of the ledger's last event; 0 where there is no ledger.
  func ledgerPosition() throws -> Int {
    guard try connection.execute("SELECT pg_catalog.to_regclass('drydock.events')").value != nil
    else { return 0 }
    return try connection.execute("SELECT max(position) FROM drydock.events").int ?? 0
  }

  /// Whether the role may read the password verifiers of roles.
  func canReadPasswords() throws -> Bool {
    try connection.execute(
      "SELECT pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'SELECT')"
    ).bool
  }

  private func settings() throws -> [Manifest.Setting] {
    try connection.execute(Self.settingQuery).map { row in
      Manifest.Setting(
        role: row["rolname"],
        isForDatabase: row.bool("is_for_database"),
        name: row.string("name"),
        value: row.string("value")
      )
    }
  }

  /// The catalog's columns for the locale were renamed in 15 and 17 (manual, 53.15).
  private var databaseQuery: String {
    let locale =
      switch connection.serverMajor {
      case 17...: "d.datlocale"
      case 15...: "d.daticulocale"
      default: "NULL"
      }
    let provider = connection.serverMajor >= 15 ? "d.datlocprovider" : "'c'"
    return """
      SELECT d.oid, d.datname, pg_catalog.pg_get_userbyid(d.datdba) AS owner,
        pg_catalog.pg_encoding_to_char(d.encoding) AS encoding, d.datcollate, d.datctype,
        \(provider) AS datlocprovider, \(locale) AS locale,
        (SELECT system_identifier FROM pg_catalog.pg_control_system()) AS system_identifier
      FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()
      """
  }

  private static let schemaQuery = """
    SELECT nspname FROM pg_catalog.pg_namespace
    WHERE nspname !~ '^pg_'
      AND nspname NOT IN ('information_schema', 'drydock_pages', 'drydock_witness')
    ORDER BY nspname
    """

  /// Whatever a pattern of `pg_dump --exclude-table` can fit: views and foreign tables too.
  private static let nameQuery = """
    SELECT n.nspname, c.relname FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND n.nspname !~ '^pg_'
      AND n.nspname <> 'information_schema'
    """

  private static let serverSettingQuery = """
    SELECT name, setting FROM pg_catalog.pg_settings WHERE name IN (
      'server_version', 'server_encoding', 'lc_monetary', 'lc_collate', 'TimeZone', 'DateStyle',
      'max_locks_per_transaction', 'work_mem', 'maintenance_work_mem', 'fsync', 'wal_level',
      'full_page_writes', 'data_checksums', 'block_size', 'default_table_access_method',
      'shared_preload_libraries', 'default_toast_compression', 'max_prepared_transactions')
    """

  /// The ledger's own view cannot be used: reading from views is switched off (CVE-2024-7348).
  private static let ledgerQuery = """
    SELECT version, name, normalised_hash FROM (
      SELECT DISTINCT ON (version) position, version, name, normalised_hash, kind, finished
      FROM drydock.events ORDER BY version, position DESC) latest
    WHERE finished IS NOT NULL AND kind NOT IN ('undone', 'set-back') ORDER BY position
    """

  private static let settingQuery = """
    SELECT r.rolname, s.setdatabase <> 0 AS is_for_database,
      pg_catalog.split_part(c.item, '=', 1) AS name,
      pg_catalog.substr(c.item, pg_catalog.strpos(c.item, '=') + 1) AS value
    FROM pg_catalog.pg_db_role_setting s
    LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
    CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) c(item)
    WHERE s.setdatabase IN (0,
      (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))
    ORDER BY 2, 1 NULLS FIRST, 3
    """

  private static let pageQuery = """
    SELECT o.oid, pg_catalog.pg_relation_size(o.oid::pg_catalog.oid)
      / pg_catalog.current_setting('block_size')::bigint AS pages
    FROM pg_catalog.unnest($1::pg_catalog.oid[]) o(oid)
    """

  /// Which view reads which; through functions it is not visible, nor is it to `pg_dump`.
  private static let viewQuery = """
    SELECT DISTINCT r.ev_class AS view, d.refobjid AS source
    FROM pg_catalog.pg_rewrite r
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
      AND d.objid = r.oid AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
      AND d.refobjid <> r.ev_class
    JOIN pg_catalog.pg_class c ON c.oid = d.refobjid AND c.relkind IN ('v', 'm')
    """
}
