extension FingerprintQuery {
  /// Who owns what and who may do what.
  static let access: [FingerprintQuery] = [
    relationAccess, partitionAccess, functionAccess, typeAccess, schemaAccess, databaseAccess,
    serverAccess, owners, defaultPrivileges, memberships,
  ]

  /// Owner and access control list as text.
  ///
  /// A list that was never touched means the built-in default (manual, 5.8 "Privileges"), so both
  /// give the same text.
  private static func accessText(owner: String, list: String, kind: String) -> String {
    """
    'owner ' || quote_ident(pg_get_userbyid(\(owner)))
      || coalesce((SELECT string_agg(E'\\n' || item::text, '' ORDER BY item::text)
         FROM unnest(coalesce(\(list), acldefault(\(kind), \(owner)))) AS item), '')
    """
  }

  private static let relationText = """
    \(accessText(
      owner: "c.relowner", list: "c.relacl",
      kind: "(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END)::\"char\""))
      || coalesce((SELECT string_agg(format(E'\\ncolumn %I: %s', a.attname, a.attacl), ''
         ORDER BY a.attname) FROM pg_attribute AS a
         WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL AND NOT a.attisdropped), '')
    """

  private static let relationAccess = FingerprintQuery(
    .access,
    """
    SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
        WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind,
      format('%I.%I', n.nspname, c.relname) AS name, \(relationText) AS text
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND c.relpersistence <> 't'
      AND \(isUserSchema("n")) AND c.oid <> ALL ($1::oid[])
      AND \(isNoExtensionMember("pg_class", "c.oid"))
    """
  )

  /// As in the structure, partitions that repeat their parent are one object for each family.
  ///
  /// Those without rights of their own, or with their parent's, are left out.
  private static let partitionAccess = FingerprintQuery(
    .access,
    """
    SELECT 'partitions' AS kind, name, string_agg(DISTINCT text, E'\\n' ORDER BY text) AS text
    FROM (SELECT pg_partition_root(c.oid)::regclass::text AS name, \(relationText) AS text
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      JOIN pg_class AS root ON root.oid = pg_partition_root(c.oid)
      WHERE c.oid = ANY ($1::oid[]) AND \(isUserSchema("n"))
        AND (c.relowner <> root.relowner
          OR c.relacl IS NOT NULL
            AND c.relacl <> coalesce(root.relacl, acldefault('r', root.relowner))
          OR EXISTS (SELECT FROM pg_attribute AS a
            WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL))) AS partition
    GROUP BY name
    """
  )

  private static let functionAccess = FingerprintQuery(
    .access,
    """
    SELECT 'function' AS kind,
      format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) AS name,
      \(accessText(owner: "p.proowner", list: "p.proacl", kind: "'f'")) AS text
    FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE \(isUserSchema("n")) AND \(isNoExtensionMember("pg_proc", "p.oid"))
      AND NOT EXISTS (SELECT FROM pg_depend AS range WHERE range.classid = 'pg_proc'::regclass
        AND range.objid = p.oid AND range.deptype = 'i')
    """
  )

  /// Types of their own; the row type of a table and the array of a type follow theirs.
  private static let typeAccess = FingerprintQuery(
    .access,
    """
    SELECT 'type' AS kind, format('%I.%I', n.nspname, t.typname) AS name,
      \(accessText(owner: "t.typowner", list: "t.typacl", kind: "'T'")) AS text
    FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace
    WHERE t.typtype <> 'm' AND \(isUserSchema("n"))
      AND (t.typrelid = 0 OR (SELECT c.relkind = 'c' FROM pg_class AS c WHERE c.oid = t.typrelid))
      AND NOT EXISTS (SELECT FROM pg_type AS element WHERE element.typarray = t.oid)
      AND \(isNoExtensionMember("pg_type", "t.oid"))
    """
  )

  private static let schemaAccess = FingerprintQuery(
    .access,
    """
    SELECT 'schema' AS kind, format('%I', n.nspname) AS name,
      \(accessText(owner: "n.nspowner", list: "n.nspacl", kind: "'n'")) AS text
    FROM pg_namespace AS n
    WHERE \(isUserSchema("n")) AND \(isNoExtensionMember("pg_namespace", "n.oid"))
    """
  )

  private static let databaseAccess = FingerprintQuery(
    .access,
    """
    SELECT 'database' AS kind, format('%I', d.datname) AS name,
      \(accessText(owner: "d.datdba", list: "d.datacl", kind: "'d'")) AS text
    FROM pg_database AS d WHERE d.datname = current_database()
    """
  )

  private static let serverAccess = FingerprintQuery(
    .access,
    """
    SELECT 'foreign server' AS kind, format('%I', s.srvname) AS name,
      \(accessText(owner: "s.srvowner", list: "s.srvacl", kind: "'S'")) AS text
    FROM pg_foreign_server AS s WHERE \(isNoExtensionMember("pg_foreign_server", "s.oid"))
    UNION ALL
    SELECT 'foreign data wrapper', format('%I', w.fdwname),
      \(accessText(owner: "w.fdwowner", list: "w.fdwacl", kind: "'F'"))
    FROM pg_foreign_data_wrapper AS w
    WHERE \(isNoExtensionMember("pg_foreign_data_wrapper", "w.oid"))
    """
  )

  /// The owners of objects that have no access control list.
  private static let owners: FingerprintQuery = {
    let inSchemas = [
      ("operator", "pg_operator", "opr"), ("operator class", "pg_opclass", "opc"),
      ("operator family", "pg_opfamily", "opf"), ("collation", "pg_collation", "coll"),
      ("statistics", "pg_statistic_ext", "stx"), ("text search dictionary", "pg_ts_dict", "dict"),
      ("text search configuration", "pg_ts_config", "cfg"),
    ].map { kind, catalog, prefix in
      """
      SELECT '\(kind)' AS kind, (pg_identify_object('\(catalog)'::regclass, o.oid, 0)).identity AS name,
        'owner ' || quote_ident(pg_get_userbyid(o.\(prefix)owner)) AS text
      FROM \(catalog) AS o JOIN pg_namespace AS n ON n.oid = o.\(prefix)namespace
      WHERE \(isUserSchema("n")) AND \(isNoExtensionMember(catalog, "o.oid"))
      """
    }
    let alone = [
      ("publication", "pg_publication", "pub"), ("event trigger", "pg_event_trigger", "evt"),
    ].map { kind, catalog, prefix in
      """
      SELECT '\(kind)', format('%I', o.\(prefix)name),
        'owner ' || quote_ident(pg_get_userbyid(o.\(prefix)owner))
      FROM \(catalog) AS o WHERE \(isNoExtensionMember(catalog, "o.oid"))
      """
    }
    return FingerprintQuery(.access, (inSchemas + alone).joined(separator: "\nUNION ALL\n"))
  }()

  private static let defaultPrivileges = FingerprintQuery(
    .access,
    """
    SELECT 'default privileges' AS kind,
      format('of %I in %s on %s', pg_get_userbyid(d.defaclrole),
        coalesce(nullif(d.defaclnamespace, 0)::regnamespace::text, 'every schema'),
        d.defaclobjtype) AS name,
      (SELECT coalesce(string_agg(item::text, E'\\n' ORDER BY item::text), '')
       FROM unnest(d.defaclacl) AS item) AS text
    FROM pg_default_acl AS d LEFT JOIN pg_namespace AS n ON n.oid = d.defaclnamespace
    WHERE n.oid IS NULL OR \(isUserSchema("n"))
    """
  )

  /// Who is a member of what, save for the server's own roles among themselves.
  ///
  /// The grantor and PostgreSQL 16's options are in the row; oids are not.
  private static let memberships = FingerprintQuery(
    .access,
    """
    SELECT 'membership' AS kind, format('%I in %I', pg_get_userbyid(m.member),
        pg_get_userbyid(m.roleid)) AS name,
      string_agg((to_jsonb(m) - '{oid,roleid,member,grantor}'::text[])::text, E'\\n'
        ORDER BY (to_jsonb(m) - '{oid,roleid,member,grantor}'::text[])::text) AS text
    FROM pg_auth_members AS m
    WHERE pg_get_userbyid(m.member) !~ '^pg_'
    GROUP BY m.member, m.roleid
    """
  )
}
