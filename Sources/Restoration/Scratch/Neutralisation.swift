internal import Postgres

/// Takes from what was restored into a scratch what reaches out of it, or gives power over it.
///
/// Only superusers can make most of that; but a scratch holds what production's had made, and lets
/// everybody's patches call it.
struct Neutralisation {
  let connection: Connection

  /// Where functions are there, and tables come next: lets them run as their owners until all are made.
  ///
  /// The server calls an immutable function of constants at once, where it stands in the key of a
  /// partitioned table or, from PostgreSQL 17 on, in a generated column; and as whoever makes the table.
  func ofFunctions() throws(PostgresError) {
    try connection.execute(
      """
      UPDATE pg_catalog.pg_proc SET prosecdef = true,
        proconfig = pg_catalog.array_append(proconfig, \(Self.mark))
      WHERE oid >= 16384 AND NOT prosecdef AND prokind = 'f'
        AND prolang NOT IN (SELECT oid FROM pg_catalog.pg_language WHERE lanname IN ('c', 'internal'))
      """
    )
  }

  /// A setting that nothing reads, on each function that ran as its caller.
  private static let mark = "'drydock.is_invoker=on'::pg_catalog.text"

  private static let asBefore = """
    UPDATE pg_catalog.pg_proc SET prosecdef = false, proconfig =
      nullif(pg_catalog.array_remove(proconfig, \(mark)), '{}'::pg_catalog.text[])
    WHERE \(mark) = ANY (proconfig)
    """

  /// Where schemas, types, functions and tables are there, and no row is.
  func ofDefinition() throws(PostgresError) {
    try connection.execute(Self.asBefore)
    try connection.execute(Self.foreignData)
    try connection.execute(Self.rightsInExtensions)
    try connection.execute(Self.functionsInC)
  }

  /// Where indexes, constraints and triggers are there too.
  ///
  /// From PostgreSQL 17 on the administrator is deaf to event triggers. Before, only to those that
  /// fire as triggers mostly do; so the others do as well here, or not at all.
  func ofTriggers() throws(PostgresError) {
    try connection.execute(
      """
      DO $$ DECLARE name text; word text; BEGIN
        FOR name, word IN SELECT evtname, CASE evtenabled WHEN 'A' THEN 'ENABLE' ELSE 'DISABLE' END
          FROM pg_catalog.pg_event_trigger WHERE evtenabled IN ('A', 'R')
        LOOP
          EXECUTE pg_catalog.format('ALTER EVENT TRIGGER %I %s', name, word);
        END LOOP;
      END $$
      """
    )
  }

  /// A foreign table keeps its options, which may name a program, and has nobody to read them.
  private static let foreignData = "UPDATE pg_catalog.pg_foreign_data_wrapper SET fdwhandler = 0"

  /// Rights on what extensions keep for superusers, such as `dblink_connect_u`, as they came.
  private static let rightsInExtensions = """
    UPDATE pg_catalog.pg_proc AS p SET proacl = i.initprivs FROM pg_catalog.pg_init_privs AS i
    WHERE i.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND i.objoid = p.oid
      AND p.oid >= 16384 AND p.proacl IS DISTINCT FROM i.initprivs
    """

  /// Another name for what only superusers may call, and C without an extension, are called by nobody.
  ///
  /// `lo_import` and its like look at no role themselves: only the rights on their own name keep
  /// people from them.
  private static let functionsInC = """
    DO $$ DECLARE found pg_catalog.regprocedure; BEGIN
      FOR found IN SELECT p.oid FROM pg_catalog.pg_proc AS p
        JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
        WHERE p.oid >= 16384 AND p.prokind <> 'a'
          AND (l.lanname = 'c' OR l.lanname = 'internal' AND p.prosrc IN (
            SELECT b.prosrc FROM pg_catalog.pg_proc AS b
            WHERE b.oid < 16384 AND NOT pg_catalog.has_function_privilege('public', b.oid, 'EXECUTE')))
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.deptype = 'e'
            AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid)
      LOOP
        EXECUTE pg_catalog.format('ALTER ROUTINE %s OWNER TO CURRENT_USER', found);
        UPDATE pg_catalog.pg_proc SET proacl = ARRAY[
          pg_catalog.makeaclitem(proowner, proowner, 'EXECUTE', false)] WHERE oid = found;
      END LOOP;
    END $$
    """
}
