extension StatementKind {
  static let programs = [
    StatementKind(
      "create trigger",
      "CREATE TRIGGER fresh BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch()"
    ),
    StatementKind("drop trigger", "DROP TRIGGER noted ON other"),
    StatementKind("disable trigger", "ALTER TABLE other DISABLE TRIGGER noted"),
    StatementKind("create rule", "CREATE RULE fresh AS ON DELETE TO t DO INSTEAD NOTHING"),
    StatementKind("create policy", "CREATE POLICY fresh ON t USING (a > 0)"),
    StatementKind(
      "create function",
      "CREATE FUNCTION fresh() RETURNS int LANGUAGE sql AS 'SELECT 1'"
    ),
    StatementKind("create type", "CREATE TYPE fresh AS ENUM ('a', 'b')"),
    StatementKind(
      "do with statements",
      "DO $$ BEGIN ALTER TABLE t ADD x int; UPDATE t SET x = 1; END $$"
    ),
  ]

  static let rows = [
    StatementKind("insert", "INSERT INTO t (id, a) VALUES (1001, 1), (1002, 2)"),
    StatementKind("insert by trigger", "INSERT INTO other VALUES (1001, 1, 'x')"),
    StatementKind(
      "insert or update",
      "INSERT INTO t (id) VALUES (1), (1003) ON CONFLICT (id) DO UPDATE SET a = 1"
    ),
    StatementKind("insert into partitions", "INSERT INTO part VALUES (5, 'x'), (105, 'y')"),
    StatementKind("update", "UPDATE t SET a = a + 1"),
    StatementKind("update by key", "UPDATE t SET b = 'y' WHERE id = 3"),
    StatementKind("update across partitions", "UPDATE part SET k = k + 100 WHERE k < 10"),
    StatementKind("delete", "DELETE FROM other WHERE note IS NOT NULL"),
    StatementKind(
      "merge",
      "MERGE INTO t USING other AS o ON t.id = o.n WHEN MATCHED THEN UPDATE SET b = o.note"
    ),
    StatementKind("truncate", "TRUNCATE loose"),
    StatementKind("truncate cascade", "TRUNCATE t CASCADE"),
    StatementKind("select for update", "SELECT id FROM t WHERE a = 3 FOR UPDATE"),
    StatementKind("copy in", "COPY loose (k, v) FROM STDIN;\n250\tx\n251\ty\n\\.\n"),
    StatementKind("copy out", "COPY t TO STDOUT"),
    StatementKind("lock table", "LOCK TABLE t IN SHARE ROW EXCLUSIVE MODE"),
  ]

  static let sessions = [
    StatementKind("next value", "SELECT nextval('seq')"),
    StatementKind("restart sequence", "ALTER SEQUENCE seq RESTART"),
    StatementKind("drop sequence", "DROP SEQUENCE seq"),
    StatementKind("search path", "SET search_path = attic"),
  ]

  /// Outside a transaction, each held back where it has its locks.
  static let bare = [
    StatementKind(
      "create index concurrently",
      "CREATE INDEX CONCURRENTLY fresh ON t (public.gated(a))",
      gates: [.key(1)]
    ),
    StatementKind(
      "drop index concurrently",
      "DROP INDEX CONCURRENTLY t_a",
      gates: [.reader("t")]
    ),
    StatementKind(
      "reindex index concurrently",
      "REINDEX INDEX CONCURRENTLY t_gated",
      setup: "CREATE INDEX t_gated ON t (public.gated(a))",
      gates: [.key(1)]
    ),
    StatementKind(
      "reindex table concurrently",
      "REINDEX TABLE CONCURRENTLY t",
      setup: "CREATE INDEX t_gated ON t (public.gated(a))",
      gates: [.key(1)]
    ),
    StatementKind(
      "vacuum full",
      "VACUUM FULL t",
      setup: "CREATE INDEX t_gated ON t (public.gated(a))",
      gates: [.key(1)]
    ),
    StatementKind(
      "do with commit",
      """
      DO $$ BEGIN
        ALTER TABLE t ADD COLUMN x int; PERFORM public.gate(1); COMMIT;
        ALTER TABLE loose ALTER COLUMN k TYPE bigint; PERFORM public.gate(2); COMMIT;
      END $$
      """,
      gates: [.key(1), .key(2)]
    ),
    StatementKind(
      "call with commit",
      "CALL slowly()",
      setup: """
        CREATE PROCEDURE slowly() LANGUAGE plpgsql AS $$ BEGIN
          UPDATE t SET a = a + 1; PERFORM public.gate(1); COMMIT;
          DELETE FROM loose; PERFORM public.gate(2); END $$
        """,
      gates: [.key(1), .key(2)]
    ),
    StatementKind(
      "detach partition concurrently",
      "ALTER TABLE part DETACH PARTITION part_1 CONCURRENTLY",
      gates: [.reader("part")],
      passing: [
        "k.part ShareUpdateExclusiveLock", "k.part_1 ShareUpdateExclusiveLock",
        "k.part_1 AccessExclusiveLock",
      ]
    ),
  ]
}
