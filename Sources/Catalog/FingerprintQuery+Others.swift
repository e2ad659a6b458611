extension FingerprintQuery {
  /// Text search, publications, event triggers, foreign servers: objects beside the tables.
  static let others: [FingerprintQuery] = [
    textSearchConfigurations, textSearchDictionaries, textSearchParsers, textSearchTemplates,
    publications, subscriptions, eventTriggers, foreignServers, foreignDataWrappers,
  ]

  private static let textSearchConfigurations = FingerprintQuery(
    .structure,
    """
    SELECT 'text search configuration' AS kind, format('%I.%I', n.nspname, c.cfgname) AS name,
      'parser ' || (SELECT format('%I.%I', p.prsnamespace::regnamespace, p.prsname)
        FROM pg_ts_parser AS p WHERE p.oid = c.cfgparser)
      || coalesce((SELECT string_agg(format(E'\\n  %s %s', m.maptokentype,
           m.mapdict::regdictionary), '' ORDER BY m.maptokentype, m.mapseqno)
         FROM pg_ts_config_map AS m WHERE m.mapcfg = c.oid), '') AS text
    FROM pg_ts_config AS c JOIN pg_namespace AS n ON n.oid = c.cfgnamespace
    WHERE \(isUserSchema("n")) AND \(isNoExtensionMember("pg_ts_config", "c.oid"))
    """
  )

  private static let textSearchDictionaries = FingerprintQuery(
    .structure,
    """
    SELECT 'text search dictionary' AS kind, format('%I.%I', n.nspname, d.dictname) AS name,
      'template ' || (SELECT format('%I.%I', t.tmplnamespace::regnamespace, t.tmplname)
        FROM pg_ts_template AS t WHERE t.oid = d.dicttemplate)
      || coalesce(E'\\n' || d.dictinitoption, '') AS text
    FROM pg_ts_dict AS d JOIN pg_namespace AS n ON n.oid = d.dictnamespace
    WHERE \(isUserSchema("n")) AND \(isNoExtensionMember("pg_ts_dict", "d.oid"))
    """
  )

  private static let textSearchParsers = FingerprintQuery(
    .structure,
    """
    SELECT 'text search parser' AS kind, format('%I.%I', n.nspname, p.prsname) AS name,
      format('%s %s %s %s %s', p.prsstart, p.prstoken, p.prsend, p.prsheadline, p.prslextype) AS text
    FROM pg_ts_parser AS p JOIN pg_namespace AS n ON n.oid = p.prsnamespace
    WHERE \(isUserSchema("n")) AND \(isNoExtensionMember("pg_ts_parser", "p.oid"))
    """
  )

  private static let textSearchTemplates = FingerprintQuery(
    .structure,
    """
    SELECT 'text search template' AS kind, format('%I.%I', n.nspname, t.tmplname) AS name,
      format('%s %s', t.tmplinit, t.tmpllexize) AS text
    FROM pg_ts_template AS t JOIN pg_namespace AS n ON n.oid = t.tmplnamespace
    WHERE \(isUserSchema("n")) AND \(isNoExtensionMember("pg_ts_template", "t.oid"))
    """
  )

  private static let publications = FingerprintQuery(
    .structure,
    """
    SELECT 'publication' AS kind, format('%I', p.pubname) AS name,
      (to_jsonb(p) - '{oid,pubname,pubowner}'::text[])::text
      || coalesce((SELECT string_agg(format(E'\\ntable %s', r.prrelid::regclass)
           || coalesce(' (' || (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
                FROM pg_attribute AS a WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs))
              || ')', '')
           || coalesce(' where ' || pg_get_expr(r.prqual, r.prrelid), ''), ''
           ORDER BY r.prrelid::regclass::text)
         FROM pg_publication_rel AS r WHERE r.prpubid = p.oid), '')
      || coalesce((SELECT string_agg(format(E'\\nschema %s', s.pnnspid::regnamespace), ''
           ORDER BY s.pnnspid::regnamespace::text)
         FROM pg_publication_namespace AS s WHERE s.pnpubid = p.oid), '') AS text
    FROM pg_publication AS p
    WHERE \(isNoExtensionMember("pg_publication", "p.oid"))
    """
  )

  /// Subscriptions without their connection strings, which hold passwords and are not readable.
  private static let subscriptions = FingerprintQuery(
    .structure,
    """
    SELECT 'subscription' AS kind, format('%I', s.subname) AS name,
      format('enabled %s, publications %s', s.subenabled, s.subpublications) AS text
    FROM pg_subscription AS s JOIN pg_database AS d ON d.oid = s.subdbid
    WHERE d.datname = current_database()
    """
  )

  private static let eventTriggers = FingerprintQuery(
    .structure,
    """
    SELECT 'event trigger' AS kind, format('%I', e.evtname) AS name,
      format('on %s tags %s execute %s enabled %s', e.evtevent, e.evttags,
        e.evtfoid::regprocedure, e.evtenabled) AS text
    FROM pg_event_trigger AS e
    WHERE \(isNoExtensionMember("pg_event_trigger", "e.oid"))
    """
  )

  private static let foreignServers = FingerprintQuery(
    .structure,
    """
    SELECT 'foreign server' AS kind, format('%I', s.srvname) AS name,
      format('wrapper %I type %L version %L', w.fdwname, s.srvtype, s.srvversion)
      || coalesce(E'\\noptions ' || \(options("s.srvoptions", secret: true)), '') AS text
    FROM pg_foreign_server AS s JOIN pg_foreign_data_wrapper AS w ON w.oid = s.srvfdw
    WHERE \(isNoExtensionMember("pg_foreign_server", "s.oid"))
    """
  )

  private static let foreignDataWrappers = FingerprintQuery(
    .structure,
    """
    SELECT 'foreign data wrapper' AS kind, format('%I', w.fdwname) AS name,
      format('handler %s validator %s', nullif(w.fdwhandler, 0)::regproc,
        nullif(w.fdwvalidator, 0)::regproc)
      || coalesce(E'\\noptions ' || \(options("w.fdwoptions", secret: true)), '') AS text
    FROM pg_foreign_data_wrapper AS w
    WHERE \(isNoExtensionMember("pg_foreign_data_wrapper", "w.oid"))
    """
  )
}
