import Postgres
import TestSupport

/// A schema with a border that is replaced again and again.
struct ReplacedSchema: ReplacedTarget {
  let server: ReplacedServer
  let words: [String]
  let snapshot: String

  var settings: ConnectionSettings { server.settings() }

  init(_ way: [String]) throws {
    words = ["--schema", "shop"] + way
    server = try ReplacedServer()
    try server.sql(
      """
      CREATE SCHEMA shop;
      CREATE TABLE public.kind (name text PRIMARY KEY);
      INSERT INTO public.kind VALUES ('a');
      CREATE TABLE shop.marker AS SELECT 'snapshot' AS state;
      CREATE TABLE shop.item (id int PRIMARY KEY, x text, kind text REFERENCES public.kind);
      INSERT INTO shop.item SELECT i, 'x' || i, 'a' FROM generate_series(1, 500) i;
      CREATE INDEX ON shop.item (x);
      CREATE VIEW public.outside AS SELECT * FROM shop.item;
      """
    )
    snapshot = try server.user.backup(server.settings()).snapshot
  }

  func setLive(_ state: String) throws {
    try server.sql("UPDATE shop.marker SET state = '\(state)'")
  }

  func state() throws -> String? { try server.sql("SELECT state FROM shop.marker").value }

  func surroundings() throws -> String {
    try server.sql(
      """
      SELECT format('%s rows outside, foreign keys %s', (SELECT count(*) FROM public.outside),
        (SELECT string_agg(conrelid::regclass || ' ' || convalidated, ', ') FROM pg_constraint
          WHERE confrelid = 'public.kind'::regclass))
      """
    ).value ?? ""
  }

  func clear() throws {
    try server.sql(
      """
      DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT nspname FROM pg_namespace WHERE nspname LIKE '%\\_\\_dd\\_%' LOOP
          EXECUTE format('DROP SCHEMA %I CASCADE', name);
        END LOOP;
        EXECUTE 'COMMENT ON SCHEMA shop IS NULL';
      END $$
      """
    )
  }
}
