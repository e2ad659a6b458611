/// One database with everything that dumps and restores get wrong.
enum HardCases {
  /// Roles with names that need care; made once for a server.
  static let roles = ["Größe & Söhne", "role \"quoted\" '1'"]

  /// What must be committed before the rest can use it.
  static let types = [
    "CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'glücklich')",
    "ALTER TYPE mood ADD VALUE 'first' BEFORE 'sad'",
  ]

  /// Only where the server was built with libxml.
  static let xml = """
    CREATE TABLE documents (x xml);
    INSERT INTO documents VALUES ('<a b="c">ü &amp; <!-- x --></a>'), (''), ('text only'), (NULL);
    """

  /// The database, for UTF8; runs on 15 and 18.
  static let script = """
    CREATE SCHEMA "Größe & Co.";
    CREATE SCHEMA "two words" AUTHORIZATION "Größe & Söhne";
    SET search_path = public;

    -- Sequences: called and not, descending, owned, with an owner and rights.
    CREATE SEQUENCE fresh START 7;
    CREATE SEQUENCE used; SELECT setval('used', 4711, true);
    CREATE SEQUENCE set_not_called; SELECT setval('set_not_called', 99, false);
    CREATE SEQUENCE down INCREMENT -3 MINVALUE -1000 MAXVALUE -1 START -1 CYCLE CACHE 5;
    SELECT nextval('down'), nextval('down');
    GRANT USAGE ON SEQUENCE used TO "Größe & Söhne";

    -- Identity and generated columns, tables of them only, and no columns at all.
    CREATE TABLE ident (id int GENERATED ALWAYS AS IDENTITY (START 5 INCREMENT 5), v text,
      twice text GENERATED ALWAYS AS (v || v) STORED, n serial);
    INSERT INTO ident (v) SELECT 'v' || i FROM generate_series(1, 20) i;
    CREATE TABLE only_generated (g int GENERATED ALWAYS AS (42) STORED);
    INSERT INTO only_generated SELECT FROM generate_series(1, 5);
    CREATE TABLE no_columns ();
    INSERT INTO no_columns SELECT FROM generate_series(1, 3);
    CREATE TABLE lost_columns (a int, b text, c int DEFAULT 3);
    INSERT INTO lost_columns VALUES (1, 'one', 1), (2, 'two', 2);
    ALTER TABLE lost_columns DROP COLUMN a, DROP COLUMN c;
    ALTER TABLE lost_columns ADD COLUMN a int DEFAULT 8;
    CREATE TABLE all_lost (a int); INSERT INTO all_lost VALUES (1), (2);
    ALTER TABLE all_lost DROP COLUMN a;
    CREATE UNLOGGED TABLE unlogged_rows (a int PRIMARY KEY);
    INSERT INTO unlogged_rows SELECT generate_series(1, 100);

    -- Partitions: list, range with default and two levels, hash, hash by an enum.
    CREATE TABLE by_list (k text, v int) PARTITION BY LIST (k);
    CREATE TABLE by_list_a PARTITION OF by_list FOR VALUES IN ('a', NULL);
    CREATE TABLE by_list_rest PARTITION OF by_list DEFAULT;
    INSERT INTO by_list VALUES ('a', 1), (NULL, 2), ('ü', 3), ('zz', 4);
    CREATE TABLE by_range (d date, k int) PARTITION BY RANGE (d);
    CREATE TABLE by_range_old PARTITION OF by_range FOR VALUES FROM (MINVALUE) TO ('2026-01-01')
      PARTITION BY HASH (k);
    CREATE TABLE by_range_old_0 PARTITION OF by_range_old FOR VALUES WITH (MODULUS 2, REMAINDER 0);
    CREATE TABLE by_range_old_1 PARTITION OF by_range_old FOR VALUES WITH (MODULUS 2, REMAINDER 1);
    CREATE TABLE by_range_new PARTITION OF by_range FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);
    CREATE INDEX ON by_range (k);
    INSERT INTO by_range SELECT '2025-06-01'::date + i, i FROM generate_series(1, 400) i;
    CREATE TABLE by_mood (m mood, v text) PARTITION BY HASH (m);
    CREATE TABLE by_mood_0 PARTITION OF by_mood FOR VALUES WITH (MODULUS 3, REMAINDER 0);
    CREATE TABLE by_mood_1 PARTITION OF by_mood FOR VALUES WITH (MODULUS 3, REMAINDER 1);
    CREATE TABLE by_mood_2 PARTITION OF by_mood FOR VALUES WITH (MODULUS 3, REMAINDER 2);
    INSERT INTO by_mood SELECT m, m::text || i FROM unnest(enum_range(NULL::mood)) m,
      generate_series(1, 50) i;

    -- Inheritance: rows of the parent alone, and of each child.
    CREATE TABLE parent (a int, b text); INSERT INTO parent VALUES (1, 'only in parent');
    CREATE TABLE child (c int) INHERITS (parent); INSERT INTO child VALUES (2, 'in child', 3);
    CREATE TABLE grandchild () INHERITS (child); INSERT INTO grandchild VALUES (4, NULL, NULL);

    -- Materialised views over views over materialised views; one that is not populated.
    CREATE MATERIALIZED VIEW z_first AS SELECT k, count(*) AS n FROM by_range GROUP BY k;
    CREATE VIEW y_between AS SELECT sum(n) AS total FROM z_first;
    CREATE MATERIALIZED VIEW a_last AS SELECT total FROM y_between;
    CREATE UNIQUE INDEX ON a_last (total);
    CREATE MATERIALIZED VIEW never_filled AS SELECT 1 AS one WITH NO DATA;

    -- Names.
    CREATE TABLE "Größe & Co."."Tabelle mit ""Zeichen"" und '" (
      "Spalte eins" int PRIMARY KEY, "select" text, "tab\tund
    zeile" text, "ÄÖÜ\\" text DEFAULT E'\\t');
    INSERT INTO "Größe & Co."."Tabelle mit ""Zeichen"" und '"
      SELECT i, 'x', 'y' || i FROM generate_series(1, 10) i;
    CREATE VIEW "two words"."a view" AS SELECT * FROM "Größe & Co."."Tabelle mit ""Zeichen"" und '";
    CREATE TABLE "two words"." "" " (a int); INSERT INTO "two words"." "" " VALUES (1);
    ALTER TABLE "two words"." "" " OWNER TO "role ""quoted"" '1'";
    GRANT SELECT ON ALL TABLES IN SCHEMA "two words" TO "Größe & Söhne";
    ALTER DEFAULT PRIVILEGES IN SCHEMA "two words" GRANT SELECT ON TABLES TO "Größe & Söhne";
    COMMENT ON TABLE parent IS E'a comment with ''quotes'', \\\\ and\nlines';

    -- Types and values.
    CREATE DOMAIN percent AS numeric(5, 2) CHECK (VALUE BETWEEN 0 AND 100);
    CREATE TYPE place AS (x int, y text, z percent);
    CREATE TYPE span AS RANGE (subtype = float8);
    CREATE TABLE types (id int PRIMARY KEY, p percent, pl place, pls place[], m mood[], s span,
      i int4range, im int4multirange, j json, jb jsonb, n numeric, f float8, r real, b bytea,
      d date, ts timestamp, tz timestamptz, iv interval, tm time, tmz timetz, u uuid, ip inet,
      ci cidr, mac macaddr, bits bit varying, pt point, poly polygon, ch char(5), t text,
      oids oid[], tsv tsvector, tsq tsquery, mn money, nested int[][], o regclass, lsn pg_lsn);
    INSERT INTO types (id) VALUES (0);
    INSERT INTO types VALUES (1, 99.99, (1, E'a "b", (c)\\\\', 2.5),
      ARRAY[(1, NULL, 3)::place, NULL, (2, '', 4)::place], ARRAY['sad', NULL, 'glücklich']::mood[],
      '[1.5,2.5)', '(,5]', '{[1,2],[5,9)}', '{"a" : [1, null,  "ü"]}', '{"b": "\\\\n", "a": {}}',
      'NaN', '-Infinity', 1.1, '\\xdeadbeef00ff0a09',
      'infinity', '4713-01-01 00:00:00 BC', '294276-12-31 23:59:59.999999+00',
      '-178000000 years 11 mons -5 days 04:05:06.789', '24:00:00', '23:59:59.999999-15:59',
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '::1/64', '10.0.0.0/8', '08:00:2b:01:02:03',
      B'10101', '(1e-10,1e300)', '((0,0),(1,1),(2,0))', 'ab', E'tab\\tnew\\nback\\\\slash\\r\\b\\\\N',
      '{1,2}', 'a:1A fat:2', 'fat & !rat', 12.34, '[0:1][3:4]={{1,2},{NULL,4}}', 'types', '16/B374D848');
    INSERT INTO types (id, n, f, r, t, b, d, ch) VALUES
      (2, 'Infinity', 'NaN', 'Infinity', '', '', '-infinity', ''),
      (3, 1e-100, 5e-324, 3.4028235e38, E'\\\\N', decode('', 'hex'), '5874897-12-31', ' '),
      (4, 123456789012345678901234567890.123456789, 0.1, 0.1, 'NULL', NULL, '0001-01-01 BC',
        'ü'), (5, -0.0, '-0', '-0', E'\\\\.', E'\\\\\\\\', '2000-02-29', NULL);
    CREATE TABLE texts (id int, t text);
    INSERT INTO texts SELECT i, chr(i) FROM generate_series(1, 300) i;
    INSERT INTO texts VALUES (999, E'\\U0001F6A2 \\u202E \\ufffd'), (1000, repeat(E'\\\\', 10000));

    -- Large objects: content, empty, owner, rights, comment.
    SELECT lo_from_bytea(70001, convert_to(repeat('content ü', 100000), 'UTF8'));
    SELECT lo_from_bytea(70002, '');
    SELECT lo_from_bytea(70003, '\\x00ff');
    COMMENT ON LARGE OBJECT 70001 IS 'a ''large'' one';
    ALTER LARGE OBJECT 70002 OWNER TO "Größe & Söhne";
    GRANT SELECT ON LARGE OBJECT 70003 TO "role ""quoted"" '1'";
    """
}
