extension FingerprintQuery {
  /// What the database stands on.
  static let environment: [FingerprintQuery] = [
    extensions, server, database, collationVersions, roleSettings, serverSettings,
  ]

  private static let extensions = FingerprintQuery(
    .environment,
    """
    SELECT 'extension' AS kind, format('%I', e.extname) AS name,
      format('version %s in schema %I', e.extversion, n.nspname) AS text
    FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
    """
  )

  private static let server = FingerprintQuery(
    .environment,
    """
    SELECT 'server' AS kind, 'PostgreSQL' AS name,
      'major ' || current_setting('server_version_num')::int / 10000 AS text
    """
  )

  /// Locale and encoding; the locale's columns were renamed between versions, hence the JSON.
  private static let database = FingerprintQuery(
    .environment,
    """
    SELECT 'database' AS kind, 'locale' AS name,
      format(E'encoding %s\\ncollate %s\\nctype %s\\nprovider %s %s\\nversion %s, actual %s',
        pg_encoding_to_char(d.encoding), d.datcollate, d.datctype, d.datlocprovider,
        coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'), d.datcollversion,
        pg_database_collation_actual_version(d.oid)) AS text
    FROM pg_database AS d WHERE d.datname = current_database()
    """
  )

  /// Versions of the collations that the user made or whose order some column relies on.
  private static let collationVersions = FingerprintQuery(
    .environment,
    """
    SELECT 'collation version' AS kind, format('%I.%I', n.nspname, l.collname) AS name,
      format('version %s, actual %s', l.collversion, pg_collation_actual_version(l.oid)) AS text
    FROM pg_collation AS l JOIN pg_namespace AS n ON n.oid = l.collnamespace
    WHERE l.collversion IS NOT NULL AND (\(isUserSchema("n")) OR l.oid IN (
      SELECT a.attcollation FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
      JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE \(isUserSchema("n"))))
    """
  )

  /// Settings of the database and of roles in it; custom ones only as a hash, some hold secrets.
  private static let roleSettings = FingerprintQuery(
    .environment,
    """
    SELECT 'settings' AS kind, format('of %s in %s',
        CASE s.setrole WHEN 0 THEN 'every role' ELSE quote_ident(pg_get_userbyid(s.setrole)) END,
        CASE s.setdatabase WHEN 0 THEN 'every database' ELSE 'this database' END) AS name,
      (SELECT string_agg(CASE WHEN split_part(o, '=', 1) LIKE '%.%'
           THEN split_part(o, '=', 1) || '=md5:' || md5(o) ELSE o END, E'\\n' ORDER BY o)
       FROM unnest(s.setconfig) AS o) AS text
    FROM pg_db_role_setting AS s LEFT JOIN pg_database AS d ON d.oid = s.setdatabase
    WHERE s.setdatabase = 0 OR d.datname = current_database()
    """
  )

  /// Settings of the server that differ from their built-in default.
  ///
  /// Only those that no session, role or database can override and that every role may see, so that
  /// it does not matter who asks; overrides are `roleSettings`. Where files lie, what is logged, who
  /// may connect and what is archived changes nothing for a migration.
  private static let serverSettings = FingerprintQuery(
    .environment,
    """
    SELECT 'setting' AS kind, s.name, s.setting || coalesce(' ' || s.unit, '') AS text
    FROM pg_settings AS s
    WHERE s.context IN ('postmaster', 'sighup') AND s.setting IS DISTINCT FROM s.boot_val
      AND s.source NOT IN ('default', 'override')
      AND s.category !~ ('^(File Locations|Reporting and Logging|Connections and Authentication'
        '|Replication|Customized Options|Statistics|Write-Ahead Log / (Arch|Recov)'
        '|Client Connection Defaults / Shared Library Preloading)')
    """
  )
}
