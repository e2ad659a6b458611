internal import Postgres

extension Border {
  /// Reads what crosses the border of a schema; the search path must be empty.
  static func read(_ schema: SchemaHead, _ connection: Connection) throws -> Border {
    let here = [Parameter(schema.oid)]
    let rules = try connection.query(insideQuery + ruleQuery, here)
    return Border(
      views: try connection.query(insideQuery + viewQuery, here).map { view($0, rules) },
      incoming: try connection.query(
        foreignKeyQuery + "t.relnamespace <> $1 AND r.relnamespace = $1 ORDER BY o.oid",
        here
      ).map(foreignKey),
      outgoing: try connection.query(
        foreignKeyQuery + "t.relnamespace = $1 AND r.relnamespace <> $1 ORDER BY o.oid",
        here
      ).map(foreignKey),
      memberships: try connection.query(membershipQuery, here).map { row in
        Membership(
          publication: row.string("pubname"),
          table: row["relname"],
          suffix: row.string("suffix")
        )
      },
      defaultRights: try connection.query(defaultRightsQuery, here).map { row in
        row.string("statement")
      },
      dropObstacles: try connection.query(insideQuery + obstacleQuery, here).map { row in
        row.string("crossing")
      },
      ownObstacles: ownObstacles(schema)
    )
  }

  private static func view(_ row: Rows.Row, _ rules: Rows) -> View {
    let oid = row.int("oid")
    return View(
      schema: row.string("nspname"),
      name: row.string("relname"),
      definition: row.string("definition"),
      options: row["options"].map { $0.split(separator: "\n").map(String.init) } ?? [],
      rules: rules.filter { $0.int("ev_class") == oid }.map { $0.string("definition") }
    )
  }

  private static func foreignKey(_ row: Rows.Row) -> ForeignKey {
    ForeignKey(
      table: LockedTable(
        oid: row.int("table_oid"),
        schema: row.string("table_schema"),
        name: row.string("table_name")
      ),
      referenced: LockedTable(
        oid: row.int("other_oid"),
        schema: row.string("other_schema"),
        name: row.string("other_name")
      ),
      name: row.string("conname"),
      definition: row.string("definition"),
      comment: row["comment"],
      isPartitioned: row.bool("is_partitioned")
    )
  }

  private static func ownObstacles(_ schema: SchemaHead) -> [String] {
    if schema.name == "public" {
      return ["schema public, which every database has and extensions use"]
    }
    if schema.name == "drydock" { return ["schema drydock, the ledger itself"] }
    let isCopy = schema.comment.journals.contains { $0.setAside == schema.name }
    return isCopy ? ["schema \(schema.name), itself a copy that was set aside"] : []
  }

  /// Everything inside with what belongs to it: rules, triggers, defaults, constraints.
  private static let insideQuery = """
    WITH inside(classid, objid) AS (
      SELECT 'pg_catalog.pg_namespace'::pg_catalog.regclass::pg_catalog.oid, $1::pg_catalog.oid
      UNION ALL SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, oid FROM pg_catalog.pg_class
        WHERE relnamespace = $1
      UNION ALL SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, oid FROM pg_catalog.pg_type
        WHERE typnamespace = $1
      UNION ALL SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, oid FROM pg_catalog.pg_proc
        WHERE pronamespace = $1
      UNION ALL SELECT 'pg_catalog.pg_operator'::pg_catalog.regclass, oid
        FROM pg_catalog.pg_operator WHERE oprnamespace = $1
      UNION ALL SELECT 'pg_catalog.pg_opclass'::pg_catalog.regclass, oid FROM pg_catalog.pg_opclass
        WHERE opcnamespace = $1
      UNION ALL SELECT 'pg_catalog.pg_opfamily'::pg_catalog.regclass, oid
        FROM pg_catalog.pg_opfamily WHERE opfnamespace = $1
      UNION ALL SELECT 'pg_catalog.pg_amop'::pg_catalog.regclass, m.oid FROM pg_catalog.pg_amop m
        JOIN pg_catalog.pg_opfamily f ON f.oid = m.amopfamily WHERE f.opfnamespace = $1
      UNION ALL SELECT 'pg_catalog.pg_amproc'::pg_catalog.regclass, m.oid
        FROM pg_catalog.pg_amproc m
        JOIN pg_catalog.pg_opfamily f ON f.oid = m.amprocfamily WHERE f.opfnamespace = $1
      UNION ALL SELECT 'pg_catalog.pg_collation'::pg_catalog.regclass, oid
        FROM pg_catalog.pg_collation WHERE collnamespace = $1
      UNION ALL SELECT 'pg_catalog.pg_conversion'::pg_catalog.regclass, oid
        FROM pg_catalog.pg_conversion WHERE connamespace = $1
      UNION ALL SELECT 'pg_catalog.pg_ts_parser'::pg_catalog.regclass, oid
        FROM pg_catalog.pg_ts_parser WHERE prsnamespace = $1
      UNION ALL SELECT 'pg_catalog.pg_ts_dict'::pg_catalog.regclass, oid
        FROM pg_catalog.pg_ts_dict WHERE dictnamespace = $1
      UNION ALL SELECT 'pg_catalog.pg_ts_template'::pg_catalog.regclass, oid
        FROM pg_catalog.pg_ts_template WHERE tmplnamespace = $1
      UNION ALL SELECT 'pg_catalog.pg_ts_config'::pg_catalog.regclass, oid
        FROM pg_catalog.pg_ts_config WHERE cfgnamespace = $1
      UNION ALL SELECT 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass, oid
        FROM pg_catalog.pg_statistic_ext WHERE stxnamespace = $1
      UNION ALL SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass, oid
        FROM pg_catalog.pg_constraint WHERE connamespace = $1
      UNION ALL SELECT 'pg_catalog.pg_rewrite'::pg_catalog.regclass, r.oid
        FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
        WHERE c.relnamespace = $1
      UNION ALL SELECT 'pg_catalog.pg_trigger'::pg_catalog.regclass, t.oid
        FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = $1
      UNION ALL SELECT 'pg_catalog.pg_policy'::pg_catalog.regclass, p.oid
        FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
        WHERE c.relnamespace = $1
      UNION ALL SELECT 'pg_catalog.pg_attrdef'::pg_catalog.regclass, d.oid
        FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_class c ON c.oid = d.adrelid
        WHERE c.relnamespace = $1
    ), crossing AS (
      SELECT DISTINCT d.classid, d.objid FROM pg_catalog.pg_depend d
      JOIN inside r ON r.classid = d.refclassid AND r.objid = d.refobjid
      WHERE NOT EXISTS (
        SELECT FROM inside i WHERE i.classid = d.classid AND i.objid = d.objid)
    )

    """

  private static let viewQuery = """
    SELECT c.oid, n.nspname, c.relname, pg_catalog.pg_get_viewdef(c.oid) AS definition,
      pg_catalog.array_to_string(c.reloptions, E'\\n') AS options
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'v' AND n.nspname !~ '^pg_temp_' AND c.oid IN (
      SELECT r.ev_class FROM crossing x JOIN pg_catalog.pg_rewrite r ON r.oid = x.objid
      WHERE x.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass)
    ORDER BY c.oid
    """

  private static let ruleQuery = """
    SELECT r.ev_class, pg_catalog.pg_get_ruledef(r.oid) AS definition
    FROM crossing x JOIN pg_catalog.pg_rewrite r ON r.oid = x.objid
    JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
    WHERE x.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.rulename <> '_RETURN'
      AND c.relkind = 'v'
    ORDER BY r.oid
    """

  private static let foreignKeyQuery = """
    SELECT o.conname, pg_catalog.pg_get_constraintdef(o.oid) AS definition,
      pg_catalog.obj_description(o.oid, 'pg_constraint') AS comment,
      t.relkind = 'p' AS is_partitioned,
      t.oid AS table_oid, tn.nspname AS table_schema, t.relname AS table_name,
      r.oid AS other_oid, rn.nspname AS other_schema, r.relname AS other_name
    FROM pg_catalog.pg_constraint o
    JOIN pg_catalog.pg_class t ON t.oid = o.conrelid
    JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
    JOIN pg_catalog.pg_class r ON r.oid = o.confrelid
    JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
    WHERE o.contype = 'f' AND o.conparentid = 0 AND
    """ + " "

  /// A membership is of one table, so it is written with ONLY; inheritors have their own.
  private static let membershipQuery = """
    SELECT p.pubname, c.relname,
      coalesce((SELECT ' (' || pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', '
          ORDER BY a.attnum) || ')'
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = m.prrelid AND a.attnum = ANY (m.prattrs::smallint[])), '')
      || coalesce(' WHERE (' || pg_catalog.pg_get_expr(m.prqual, m.prrelid) || ')', '') AS suffix
    FROM pg_catalog.pg_publication_rel m
    JOIN pg_catalog.pg_publication p ON p.oid = m.prpubid
    JOIN pg_catalog.pg_class c ON c.oid = m.prrelid WHERE c.relnamespace = $1
    UNION ALL
    SELECT p.pubname, NULL, '' FROM pg_catalog.pg_publication_namespace m
    JOIN pg_catalog.pg_publication p ON p.oid = m.pnpubid WHERE m.pnnspid = $1
    ORDER BY 1, 2
    """

  private static let defaultRightsQuery = """
    SELECT pg_catalog.format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT %s ON %s TO %s%s',
      pg_catalog.pg_get_userbyid(d.defaclrole), n.nspname, a.privilege_type,
      CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES'
        WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' END,
      CASE WHEN a.grantee = 0 THEN 'PUBLIC'
        ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END,
      CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS statement
    FROM pg_catalog.pg_default_acl d
    JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace,
      pg_catalog.aclexplode(d.defaclacl) a
    WHERE n.oid = $1 ORDER BY 1
    """

  /// What is left when everything that can be made again is taken away.
  private static let obstacleQuery = """
    SELECT CASE
      WHEN x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
      THEN pg_catalog.pg_describe_object(x.classid, x.objid, 0)
        || ' (a column of a type inside, or a parent or function there)'
      WHEN w.rulename = '_RETURN'
      THEN pg_catalog.pg_describe_object('pg_catalog.pg_class'::pg_catalog.regclass, w.ev_class, 0)
      ELSE pg_catalog.pg_describe_object(x.classid, x.objid, 0) END AS crossing
    FROM crossing x LEFT JOIN pg_catalog.pg_rewrite w
      ON x.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND w.oid = x.objid
    WHERE x.classid NOT IN ('pg_catalog.pg_default_acl'::pg_catalog.regclass,
        'pg_catalog.pg_publication_rel'::pg_catalog.regclass,
        'pg_catalog.pg_publication_namespace'::pg_catalog.regclass)
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint o
        WHERE x.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND o.oid = x.objid
          AND o.contype = 'f')
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t
        WHERE x.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass AND t.oid = x.objid
          AND t.tgisinternal)
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = x.objid
          AND n.nspname = 'pg_toast')
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_rewrite r
        JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE x.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid = x.objid
          AND c.relkind = 'v' AND n.nspname !~ '^pg_temp_')
    UNION
    SELECT pg_catalog.format('%s, which belongs to %s',
      pg_catalog.pg_describe_object(d.classid, d.objid, 0),
      pg_catalog.pg_describe_object(d.refclassid, d.refobjid, 0))
    FROM pg_catalog.pg_depend d JOIN inside i ON i.classid = d.classid AND i.objid = d.objid
    WHERE d.deptype = 'e'
    UNION
    SELECT pg_catalog.format('table %s, a child of %s', i.inhrelid::pg_catalog.regclass,
      i.inhparent::pg_catalog.regclass)
    FROM pg_catalog.pg_inherits i
    JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
    JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
    WHERE c.relnamespace = $1 AND p.relnamespace <> $1
    ORDER BY 1
    """
}
