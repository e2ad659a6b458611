extension FingerprintQuery {
  /// Schemas, tables and what hangs on a table.
  static let structure: [FingerprintQuery] = [
    schemas, tables, partitions, columns, constraints, indexes, sequences, views, triggers, rules,
    policies, statistics,
  ]

  private static let schemas = FingerprintQuery(
    .structure,
    """
    SELECT 'schema' AS kind, format('%I', n.nspname) AS name, 'schema' AS text
    FROM pg_namespace AS n
    WHERE \(isUserSchema("n")) AND \(isNoExtensionMember("pg_namespace", "n.oid"))
    """
  )

  /// What a table says about itself as a whole; its columns by name, in their order.
  private static let tableText = """
    CASE c.relpersistence WHEN 'u' THEN 'unlogged ' ELSE '' END
      || CASE c.relkind WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign table'
         ELSE 'table' END
      || coalesce(E'\\npartition by ' || pg_get_partkeydef(c.oid), '')
      || coalesce(E'\\nof type ' || nullif(c.reloftype, 0)::regtype, '')
      || coalesce(E'\\nwith (' || \(options("c.reloptions")) || ')', '')
      || coalesce(E'\\ntoast with (' || (SELECT \(options("toast.reloptions"))
         FROM pg_class AS toast WHERE toast.oid = c.reltoastrelid) || ')', '')
      || coalesce(E'\\ntablespace ' || (SELECT quote_ident(spcname) FROM pg_tablespace
         WHERE oid = c.reltablespace), '')
      || coalesce(E'\\nusing ' || (SELECT quote_ident(amname) FROM pg_am
         WHERE oid = c.relam AND amname <> 'heap'), '')
      || CASE WHEN c.relrowsecurity THEN E'\\nrow security' ELSE '' END
      || CASE WHEN c.relforcerowsecurity THEN E'\\nforced row security' ELSE '' END
      || CASE WHEN c.relreplident <> 'd' THEN E'\\nreplica identity ' || c.relreplident::text
         ELSE '' END
      || coalesce((SELECT E'\\nserver ' || quote_ident(s.srvname)
           || coalesce(' options (' || \(options("f.ftoptions", secret: true)) || ')', '')
         FROM pg_foreign_table AS f JOIN pg_foreign_server AS s ON s.oid = f.ftserver
         WHERE f.ftrelid = c.oid), '')
    """

  private static let tables = FingerprintQuery(
    .structure,
    """
    SELECT 'table' AS kind, format('%I.%I', n.nspname, c.relname) AS name, \(tableText)
      || coalesce(E'\\ncolumns' || (SELECT string_agg(format(E'\\n  %I', a.attname), ''
           ORDER BY a.attnum) FROM pg_attribute AS a
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '')
      || coalesce(E'\\ninherits ' || (SELECT string_agg(i.inhparent::regclass::text, ', '
         ORDER BY i.inhseqno) FROM pg_inherits AS i WHERE i.inhrelid = c.oid), '')
      || coalesce(E'\\nfor ' || pg_get_expr(c.relpartbound, c.oid), '') AS text
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't' AND \(isUserSchema("n"))
      AND c.oid <> ALL ($1::oid[]) AND \(isNoExtensionMember("pg_class", "c.oid"))
    """
  )

  /// Partitions that merely repeat their parent: one object for each family, without a count.
  ///
  /// It holds what distinguishes them from plain tables; where nothing does there is no object, so
  /// even a family's first partition is no change.
  private static let partitions = FingerprintQuery(
    .structure,
    """
    SELECT 'partitions' AS kind, name, string_agg(DISTINCT text, E'\\n' ORDER BY text) AS text
    FROM (SELECT pg_partition_root(c.oid)::regclass::text AS name, \(tableText)
        || CASE WHEN pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT' THEN E'\\ndefault'
           ELSE '' END AS text
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE c.oid = ANY ($1::oid[]) AND \(isUserSchema("n"))) AS partition
    WHERE text <> 'table'
    GROUP BY name
    """
  )

  private static let columns = FingerprintQuery(
    .structure,
    """
    SELECT 'column' AS kind, format('%I.%I.%I', n.nspname, c.relname, a.attname) AS name,
      \(columnText)
      || CASE a.attidentity WHEN 'a' THEN ' IDENTITY ALWAYS' WHEN 'd' THEN ' IDENTITY BY DEFAULT'
         ELSE '' END AS text
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_attribute AS a ON a.attrelid = c.oid \(columnJoins)
    WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't' AND \(isUserSchema("n"))
      AND a.attnum > 0 AND NOT a.attisdropped
      AND c.oid <> ALL ($1::oid[]) AND \(isNoExtensionMember("pg_class", "c.oid"))
    """
  )

  /// Constraints of tables; what a partition or a child has from its parent is the parent's.
  private static let constraints = FingerprintQuery(
    .structure,
    """
    SELECT 'constraint' AS kind, format('%I.%I.%I', n.nspname, c.relname, o.conname) AS name,
      pg_get_constraintdef(o.oid) AS text
    FROM pg_constraint AS o JOIN pg_class AS c ON c.oid = o.conrelid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relpersistence <> 't' AND \(isUserSchema("n")) AND o.contype <> 't'
      AND o.conparentid = 0 AND (o.coninhcount = 0 OR o.conislocal AND NOT c.relispartition)
      AND \(isNoExtensionMember("pg_class", "c.oid"))
    """
  )

  private static let indexes = FingerprintQuery(
    .structure,
    """
    SELECT 'index' AS kind, format('%s.%I', x.indrelid::regclass, c.relname) AS name,
      pg_get_indexdef(c.oid)
      || coalesce(' TABLESPACE ' || (SELECT quote_ident(spcname) FROM pg_tablespace
         WHERE oid = c.reltablespace), '')
      || CASE WHEN x.indisvalid THEN '' ELSE E'\\nnot valid' END
      || CASE WHEN x.indisclustered THEN E'\\nclustered' ELSE '' END
      || CASE WHEN x.indisreplident THEN E'\\nreplica identity' ELSE '' END AS text
    FROM pg_index AS x JOIN pg_class AS c ON c.oid = x.indexrelid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relpersistence <> 't' AND NOT c.relispartition AND \(isUserSchema("n"))
      AND \(isNoExtensionMember("pg_class", "x.indrelid"))
    """
  )

  private static let sequences = FingerprintQuery(
    .structure,
    """
    SELECT 'sequence' AS kind, format('%I.%I', n.nspname, c.relname) AS name,
      format('%s start %s increment %s min %s max %s cache %s%s', format_type(s.seqtypid, NULL),
        s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache,
        CASE WHEN s.seqcycle THEN ' cycle' ELSE '' END)
      || CASE c.relpersistence WHEN 'u' THEN ' unlogged' ELSE '' END
      || coalesce(E'\\nowned by ' || (SELECT format('%s.%I', o.refobjid::regclass, a.attname)
         FROM pg_depend AS o JOIN pg_attribute AS a
           ON a.attrelid = o.refobjid AND a.attnum = o.refobjsubid
         WHERE o.classid = 'pg_class'::regclass AND o.objid = c.oid
           AND o.refclassid = 'pg_class'::regclass AND o.deptype IN ('a', 'i') LIMIT 1), '') AS text
    FROM pg_sequence AS s JOIN pg_class AS c ON c.oid = s.seqrelid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relpersistence <> 't' AND \(isUserSchema("n"))
      AND \(isNoExtensionMember("pg_class", "c.oid"))
    """
  )

  private static let views = FingerprintQuery(
    .structure,
    """
    SELECT CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END AS kind,
      format('%I.%I', n.nspname, c.relname) AS name,
      pg_get_viewdef(c.oid)
      || coalesce(E'\\nwith (' || \(options("c.reloptions")) || ')', '')
      || coalesce(E'\\ntablespace ' || (SELECT quote_ident(spcname) FROM pg_tablespace
         WHERE oid = c.reltablespace), '')
      || coalesce((SELECT string_agg(format(E'\\ndefault of %I: %s', a.attname,
           pg_get_expr(d.adbin, d.adrelid)), '' ORDER BY a.attnum)
         FROM pg_attrdef AS d JOIN pg_attribute AS a
           ON a.attrelid = d.adrelid AND a.attnum = d.adnum
         WHERE d.adrelid = c.oid), '') AS text
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('v', 'm') AND c.relpersistence <> 't' AND \(isUserSchema("n"))
      AND \(isNoExtensionMember("pg_class", "c.oid"))
    """
  )

  private static let triggers = FingerprintQuery(
    .structure,
    """
    SELECT 'trigger' AS kind, format('%I.%I.%I', n.nspname, c.relname, g.tgname) AS name,
      pg_get_triggerdef(g.oid)
      || CASE g.tgenabled WHEN 'O' THEN '' ELSE E'\\nenabled ' || g.tgenabled::text END AS text
    FROM pg_trigger AS g JOIN pg_class AS c ON c.oid = g.tgrelid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE NOT g.tgisinternal AND g.tgparentid = 0 AND c.relpersistence <> 't'
      AND \(isUserSchema("n")) AND \(isNoExtensionMember("pg_class", "c.oid"))
      AND \(isNoExtensionMember("pg_trigger", "g.oid"))
    """
  )

  private static let rules = FingerprintQuery(
    .structure,
    """
    SELECT 'rule' AS kind, format('%I.%I.%I', n.nspname, c.relname, r.rulename) AS name,
      pg_get_ruledef(r.oid)
      || CASE r.ev_enabled WHEN 'O' THEN '' ELSE E'\\nenabled ' || r.ev_enabled::text END AS text
    FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE r.rulename <> '_RETURN' AND c.relpersistence <> 't' AND \(isUserSchema("n"))
      AND \(isNoExtensionMember("pg_class", "c.oid"))
    """
  )

  private static let policies = FingerprintQuery(
    .structure,
    """
    SELECT 'policy' AS kind, format('%I.%I.%I', n.nspname, c.relname, p.polname) AS name,
      CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END || ' for ' || p.polcmd::text
      || ' to ' || (SELECT string_agg(CASE role WHEN 0 THEN 'public'
           ELSE role::regrole::text END, ', ' ORDER BY role::regrole::text)
         FROM unnest(p.polroles) AS role)
      || coalesce(E'\\nusing ' || pg_get_expr(p.polqual, p.polrelid), '')
      || coalesce(E'\\nwith check ' || pg_get_expr(p.polwithcheck, p.polrelid), '') AS text
    FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE \(isUserSchema("n")) AND \(isNoExtensionMember("pg_class", "c.oid"))
    """
  )

  private static let statistics = FingerprintQuery(
    .structure,
    """
    SELECT 'statistics' AS kind, format('%I.%I', n.nspname, s.stxname) AS name,
      pg_get_statisticsobjdef(s.oid)
      || CASE WHEN coalesce(s.stxstattarget, -1) >= 0 THEN ' STATISTICS ' || s.stxstattarget
         ELSE '' END AS text
    FROM pg_statistic_ext AS s JOIN pg_namespace AS n ON n.oid = s.stxnamespace
    WHERE \(isUserSchema("n")) AND \(isNoExtensionMember("pg_statistic_ext", "s.oid"))
    """
  )
}
