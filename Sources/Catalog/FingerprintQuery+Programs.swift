extension FingerprintQuery {
  /// Functions, types, operators: what the user taught the server.
  static let programs: [FingerprintQuery] = [
    functions, aggregates, enums, composites, domains, domainConstraints, ranges, baseTypes,
    operators, operatorClasses, operatorFamilies, casts, collations,
  ]

  private static let functions = FingerprintQuery(
    .structure,
    """
    SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END AS kind,
      format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) AS name,
      pg_get_functiondef(p.oid) AS text
    FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE p.prokind <> 'a' AND \(isUserSchema("n")) AND \(isNoExtensionMember("pg_proc", "p.oid"))
      AND NOT EXISTS (SELECT FROM pg_depend AS range WHERE range.classid = 'pg_proc'::regclass
        AND range.objid = p.oid AND range.deptype = 'i')
    """
  )

  private static let aggregates = FingerprintQuery(
    .structure,
    """
    SELECT 'aggregate' AS kind,
      format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) AS name,
      format('kind %s parallel %s%s%s', a.aggkind, p.proparallel,
        format(E'\\ntransition %s on %s space %s modify %s start %L', a.aggtransfn,
          format_type(a.aggtranstype, NULL), a.aggtransspace, a.aggfinalmodify, a.agginitval),
        format(E'\\nfinal %s %s combine %s serial %s deserial %s sort %s', a.aggfinalfn,
          a.aggfinalextra, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn,
          a.aggsortop::regoperator))
      || format(E'\\nmoving %s %s %s on %s start %L final %s %s', a.aggmtransfn, a.aggminvtransfn,
        a.aggmfinalfn, format_type(nullif(a.aggmtranstype, 0), NULL), a.aggminitval,
        a.aggmfinalextra, a.aggmfinalmodify) AS text
    FROM pg_aggregate AS a JOIN pg_proc AS p ON p.oid = a.aggfnoid
    JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE \(isUserSchema("n")) AND \(isNoExtensionMember("pg_proc", "p.oid"))
    """
  )

  private static let enums = FingerprintQuery(
    .structure,
    """
    SELECT 'type' AS kind, format('%I.%I', n.nspname, t.typname) AS name,
      'enum' || coalesce((SELECT string_agg(format(E'\\n  %L', e.enumlabel), ''
        ORDER BY e.enumsortorder) FROM pg_enum AS e WHERE e.enumtypid = t.oid), '') AS text
    FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace
    WHERE t.typtype = 'e' AND \(isUserSchema("n")) AND \(isNoExtensionMember("pg_type", "t.oid"))
    """
  )

  private static let composites = FingerprintQuery(
    .structure,
    """
    SELECT 'type' AS kind, format('%I.%I', n.nspname, c.relname) AS name,
      'composite' || coalesce((SELECT string_agg(format(E'\\n  %I ', a.attname) || \(columnText), ''
        ORDER BY a.attnum) FROM pg_attribute AS a \(columnJoins)
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '') AS text
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind = 'c' AND \(isUserSchema("n")) AND \(isNoExtensionMember("pg_type", "c.reltype"))
    """
  )

  private static let domains = FingerprintQuery(
    .structure,
    """
    SELECT 'domain' AS kind, format('%I.%I', n.nspname, t.typname) AS name,
      format_type(t.typbasetype, t.typtypmod)
      || CASE WHEN t.typcollation <> base.typcollation THEN ' COLLATE ' ||
           (SELECT format('%I.%I', l.collnamespace::regnamespace, l.collname)
            FROM pg_collation AS l WHERE l.oid = t.typcollation) ELSE '' END
      || CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END
      || coalesce(' DEFAULT ' || pg_get_expr(t.typdefaultbin, 0), '') AS text
    FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace
    JOIN pg_type AS base ON base.oid = t.typbasetype
    WHERE t.typtype = 'd' AND \(isUserSchema("n")) AND \(isNoExtensionMember("pg_type", "t.oid"))
    """
  )

  private static let domainConstraints = FingerprintQuery(
    .structure,
    """
    SELECT 'domain constraint' AS kind, format('%I.%I.%I', n.nspname, t.typname, o.conname) AS name,
      pg_get_constraintdef(o.oid) AS text
    FROM pg_constraint AS o JOIN pg_type AS t ON t.oid = o.contypid
    JOIN pg_namespace AS n ON n.oid = t.typnamespace
    WHERE \(isUserSchema("n")) AND \(isNoExtensionMember("pg_type", "t.oid"))
    """
  )

  private static let ranges = FingerprintQuery(
    .structure,
    """
    SELECT 'type' AS kind, format('%I.%I', n.nspname, t.typname) AS name,
      format(E'range of %s\\nclass %s collation %s\\ncanonical %s difference %s multirange %s',
        format_type(r.rngsubtype, NULL),
        (SELECT format('%I.%I', k.opcnamespace::regnamespace, k.opcname) FROM pg_opclass AS k
         WHERE k.oid = r.rngsubopc),
        (SELECT format('%I.%I', l.collnamespace::regnamespace, l.collname) FROM pg_collation AS l
         WHERE l.oid = r.rngcollation),
        r.rngcanonical, r.rngsubdiff, format_type(r.rngmultitypid, NULL)) AS text
    FROM pg_range AS r JOIN pg_type AS t ON t.oid = r.rngtypid
    JOIN pg_namespace AS n ON n.oid = t.typnamespace
    WHERE \(isUserSchema("n")) AND \(isNoExtensionMember("pg_type", "t.oid"))
    """
  )

  private static let baseTypes = FingerprintQuery(
    .structure,
    """
    SELECT 'type' AS kind, format('%I.%I', n.nspname, t.typname) AS name,
      format(E'base, %s bytes, by value %s, align %s, storage %s, category %s, preferred %s',
        t.typlen, t.typbyval, t.typalign, t.typstorage, t.typcategory, t.typisdefined
          AND t.typispreferred)
      || format(E'\\nin %s out %s receive %s send %s\\nmodifiers %s %s analyze %s', t.typinput,
        t.typoutput, t.typreceive, t.typsend, t.typmodin, t.typmodout, t.typanalyze) AS text
    FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace
    WHERE t.typtype IN ('b', 'p') AND \(isUserSchema("n"))
      AND \(isNoExtensionMember("pg_type", "t.oid"))
      AND NOT EXISTS (SELECT FROM pg_type AS element WHERE element.typarray = t.oid)
    """
  )

  private static let operators = FingerprintQuery(
    .structure,
    """
    SELECT 'operator' AS kind, format('%I.%s (%s, %s)', n.nspname, o.oprname,
        coalesce(format_type(nullif(o.oprleft, 0), NULL), 'NONE'),
        coalesce(format_type(nullif(o.oprright, 0), NULL), 'NONE')) AS name,
      format('%s, commutator %s, negator %s, restrict %s, join %s, hashes %s, merges %s',
        o.oprcode, o.oprcom::regoperator, o.oprnegate::regoperator, o.oprrest, o.oprjoin,
        o.oprcanhash, o.oprcanmerge) AS text
    FROM pg_operator AS o JOIN pg_namespace AS n ON n.oid = o.oprnamespace
    WHERE \(isUserSchema("n")) AND \(isNoExtensionMember("pg_operator", "o.oid"))
    """
  )

  private static let operatorClasses = FingerprintQuery(
    .structure,
    """
    SELECT 'operator class' AS kind, format('%I.%I using %I', n.nspname, k.opcname, m.amname) AS name,
      format('for %s, default %s, stored as %s, family %s', format_type(k.opcintype, NULL),
        k.opcdefault, format_type(nullif(k.opckeytype, 0), NULL),
        (SELECT format('%I.%I', f.opfnamespace::regnamespace, f.opfname) FROM pg_opfamily AS f
         WHERE f.oid = k.opcfamily)) AS text
    FROM pg_opclass AS k JOIN pg_namespace AS n ON n.oid = k.opcnamespace
    JOIN pg_am AS m ON m.oid = k.opcmethod
    WHERE \(isUserSchema("n")) AND \(isNoExtensionMember("pg_opclass", "k.oid"))
    """
  )

  private static let operatorFamilies = FingerprintQuery(
    .structure,
    """
    SELECT 'operator family' AS kind, format('%I.%I using %I', n.nspname, f.opfname, m.amname) AS name,
      'family'
      || coalesce((SELECT string_agg(format(E'\\noperator %s %s for %s', o.amopstrategy,
           o.amopopr::regoperator, o.amoppurpose), '' ORDER BY o.amopstrategy, o.amopopr::regoperator::text)
         FROM pg_amop AS o WHERE o.amopfamily = f.oid), '')
      || coalesce((SELECT string_agg(format(E'\\nfunction %s (%s, %s) %s', p.amprocnum,
           format_type(p.amproclefttype, NULL), format_type(p.amprocrighttype, NULL), p.amproc), ''
           ORDER BY p.amprocnum, p.amproc::text)
         FROM pg_amproc AS p WHERE p.amprocfamily = f.oid), '') AS text
    FROM pg_opfamily AS f JOIN pg_namespace AS n ON n.oid = f.opfnamespace
    JOIN pg_am AS m ON m.oid = f.opfmethod
    WHERE \(isUserSchema("n")) AND \(isNoExtensionMember("pg_opfamily", "f.oid"))
    """
  )

  /// Casts of the user's: not those of a range type, and those above the oids that initdb gives (manual, 54.2 "OID Assignment").
  private static let casts = FingerprintQuery(
    .structure,
    """
    SELECT 'cast' AS kind, format('%s as %s', format_type(c.castsource, NULL),
        format_type(c.casttarget, NULL)) AS name,
      format('method %s, context %s, function %s', c.castmethod, c.castcontext,
        nullif(c.castfunc, 0)::regprocedure) AS text
    FROM pg_cast AS c
    WHERE c.oid >= 16384 AND \(isNoExtensionMember("pg_cast", "c.oid"))
      AND NOT EXISTS (SELECT FROM pg_depend AS range WHERE range.classid = 'pg_cast'::regclass
        AND range.objid = c.oid AND range.deptype = 'i')
    """
  )

  private static let collations = FingerprintQuery(
    .structure,
    """
    SELECT 'collation' AS kind, format('%I.%I', n.nspname, l.collname) AS name,
      (to_jsonb(l) - '{oid,collname,collnamespace,collowner,collversion}'::text[])::text AS text
    FROM pg_collation AS l JOIN pg_namespace AS n ON n.oid = l.collnamespace
    WHERE \(isUserSchema("n")) AND \(isNoExtensionMember("pg_collation", "l.oid"))
    """
  )
}
