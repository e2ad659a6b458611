/// Questions to a scratch server about one table and what belongs to it.
enum BesideQuery {
  private static let columns =
    "c.oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind"

  /// All relations that have a name to ask for.
  static let relations = """
    SELECT \(columns) FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND n.nspname !~ '^pg_'
      AND n.nspname <> 'information_schema' ORDER BY 2, 3
    """

  /// A table and its partitions, from the root down.
  static func tree(_ root: Int) -> String {
    """
    WITH RECURSIVE tree (oid, level) AS (
      SELECT \(root)::pg_catalog.oid, 0 UNION ALL
      SELECT i.inhrelid, tree.level + 1 FROM tree
      JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.oid
      JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relispartition
    )
    SELECT \(columns) FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    ORDER BY tree.level, n.nspname, c.relname
    """
  }

  /// Parents of the tables that are none of them.
  static func outsideParents(_ oids: String) -> String {
    """
    SELECT i.inhrelid::pg_catalog.regclass AS child, i.inhparent::pg_catalog.regclass AS parent,
      c.relispartition AS is_partition
    FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
    WHERE i.inhrelid IN (\(oids)) AND i.inhparent NOT IN (\(oids)) ORDER BY 1, 2
    """
  }

  /// Policies that read a relation beside the tables.
  static func policiesOnOthers(_ oids: String) -> String {
    """
    SELECT DISTINCT p.polname AS policy, p.polrelid::pg_catalog.regclass AS table
    FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_depend d
      ON d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass AND d.objid = p.oid
      AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
    WHERE p.polrelid IN (\(oids)) AND d.refobjid NOT IN (\(oids)) ORDER BY 1, 2
    """
  }

  /// Indexes, owned sequences and statistics objects of the tables; indexes of partitioned tables
  /// stand first, as the tables do.
  static func parts(_ oids: String) -> String {
    """
    SELECT \(columns) FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE i.indrelid IN (\(oids))
    UNION ALL
    SELECT \(columns) FROM (\(ownedSequences(oids))) s
    JOIN pg_catalog.pg_class c ON c.oid = s.oid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    UNION ALL
    SELECT x.oid, n.nspname, x.stxname, 'x' FROM pg_catalog.pg_statistic_ext x
    JOIN pg_catalog.pg_namespace n ON n.oid = x.stxnamespace
    WHERE x.stxrelid IN (\(oids))
    ORDER BY kind, schema, name
    """
  }

  private static func ownedSequences(_ oids: String) -> String {
    """
    SELECT d.objid AS oid FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_class q ON q.oid = d.objid AND q.relkind = 'S'
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
      AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
      AND d.refobjid IN (\(oids)) AND d.deptype IN ('a', 'i')
    """
  }

  /// The tables with everything that is a part of them, as pairs of class and object.
  private static func members(_ oids: String) -> String {
    """
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass AS class, oid FROM pg_catalog.pg_class
      WHERE oid IN (\(oids))
    UNION SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, indexrelid FROM pg_catalog.pg_index
      WHERE indrelid IN (\(oids))
    UNION SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, oid FROM (\(ownedSequences(oids))) s
    UNION SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, oid FROM pg_catalog.pg_type t
      WHERE typrelid IN (\(oids)) OR EXISTS (SELECT FROM pg_catalog.pg_type r
        WHERE r.oid = t.typelem AND r.typrelid IN (\(oids)))
    UNION SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass, oid FROM pg_catalog.pg_constraint
      WHERE conrelid IN (\(oids))
    UNION SELECT 'pg_catalog.pg_attrdef'::pg_catalog.regclass, oid FROM pg_catalog.pg_attrdef
      WHERE adrelid IN (\(oids))
    UNION SELECT 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass, oid
      FROM pg_catalog.pg_statistic_ext WHERE stxrelid IN (\(oids))
    UNION SELECT 'pg_catalog.pg_policy'::pg_catalog.regclass, oid FROM pg_catalog.pg_policy
      WHERE polrelid IN (\(oids))
    """
  }

  /// What the tables use and did not come with PostgreSQL: types, functions, schemas, and so on.
  static func needs(_ oids: String) -> String {
    """
    WITH members AS (\(members(oids)))
    SELECT DISTINCT a.type, a.object_names::text AS names, a.object_args::text AS arguments,
      i.identity
    FROM members m JOIN pg_catalog.pg_depend d ON d.classid = m.class AND d.objid = m.oid
    CROSS JOIN LATERAL
      pg_catalog.pg_identify_object_as_address(d.refclassid, d.refobjid, 0) a
    CROSS JOIN LATERAL pg_catalog.pg_identify_object(d.refclassid, d.refobjid, 0) i
    WHERE d.refobjid >= 16384 AND NOT EXISTS (SELECT FROM members o
      WHERE o.class = d.refclassid AND o.oid = d.refobjid)
    ORDER BY a.type, i.identity
    """
  }

  /// The roles that own the tables or have rights to them.
  static func roles(_ oids: String, owners: Bool, privileges: Bool) -> String {
    """
    SELECT DISTINCT pg_catalog.pg_get_userbyid(r.role) AS role FROM (
      SELECT relowner AS role FROM pg_catalog.pg_class WHERE oid IN (\(oids)) AND \(owners)
      UNION ALL
      SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a
      WHERE c.oid IN (\(oids)) AND \(privileges)
      UNION ALL
      SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
      WHERE t.attrelid IN (\(oids)) AND \(privileges)
      UNION ALL
      SELECT pg_catalog.unnest(polroles) FROM pg_catalog.pg_policy WHERE polrelid IN (\(oids))
    ) r WHERE r.role <> 0 ORDER BY 1
    """
  }
}
