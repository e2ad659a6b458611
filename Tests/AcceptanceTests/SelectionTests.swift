import Postgres
import TestSupport
import Testing

/// Parts of a snapshot, other names and other owners, through the command line.
@Suite("What a restore is asked to choose")
struct SelectionTests {
  private static let definition = """
    CREATE SCHEMA sales; CREATE SCHEMA stock;
    CREATE TABLE sales.customers (id serial PRIMARY KEY, name text);
    CREATE TABLE sales.orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      customer int REFERENCES sales.customers, parent int REFERENCES sales.orders, note text);
    CREATE TABLE stock.items (id int PRIMARY KEY, "order" int REFERENCES sales.orders);
    CREATE TABLE sales.days (day date) PARTITION BY RANGE (day);
    CREATE TABLE sales.days_1 PARTITION OF sales.days FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);
    CREATE FUNCTION sales.spoil() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN NEW.note := 'spoilt'; RETURN NEW; END $$;
    INSERT INTO sales.customers (name) SELECT 'c' || i FROM generate_series(1, 9) i;
    INSERT INTO sales.orders (customer, parent, note)
      SELECT 1 + i % 9, nullif((i * 7) % 50, 0) , 'n' || i FROM generate_series(1, 49) i;
    INSERT INTO stock.items SELECT i, i FROM generate_series(1, 40) i;
    INSERT INTO sales.days SELECT '2026-01-01'::date + i FROM generate_series(1, 30) i;
    CREATE TRIGGER spoil BEFORE INSERT ON sales.orders
      FOR EACH ROW EXECUTE FUNCTION sales.spoil();
    CREATE MATERIALIZED VIEW sales.totals AS SELECT count(*) AS n FROM sales.orders;
    """

  private func withSnapshot(
    of script: String = definition,
    on server: TestServer,
    _ body: (ConnectionSettings, Drydock) throws -> Void
  ) throws {
    try withDatabase(on: server) { source in
      try Connection.open(source).execute(script)
      let user = try Drydock(on: server)
      try user.backup(source)
      try body(source, user)
    }
  }

  @Test(
    "Rows alone go into an empty definition, whole or not at all",
    arguments: TestServer.either()
  )
  func dataOnly(server: TestServer) throws {
    try withSnapshot(on: server) { source, user in
      try withDatabase(on: server) { target in
        try user.restore(into: target, ["--schema-only"])
        let run = try user.restore(into: target, ["--data-only"])
        #expect(run.output.contains("every digest equal"), "\(run)")
        let copies = Copies(on: server, in: user.directory)
        try copies.expectEqual(target, source)
        let connection = try Connection.open(target)
        #expect(
          try connection.execute("SELECT count(*) FROM sales.orders WHERE note ~ '^n'").int == 49
        )
        // Again: nothing is empty now, and nothing changes.
        let again = try user.run(["restore", "latest", "--into", target.argument, "--data-only"])
        #expect(again.code == 3 && again.errors.contains("sales.orders"), "\(again)")
        #expect(again.missingOfError == [])
        try connection.execute("TRUNCATE sales.orders, stock.items")
        try user.restore(into: target, ["--data-only", "--table", "sales.orders"])
        try user.restore(into: target, ["--data-only", "--table", "stock.*"])
        try copies.expectEqual(target, source)
        try connection.execute(
          "TRUNCATE stock.items; ALTER TABLE stock.items DROP COLUMN \"order\""
        )
        let lacking = try user.run([
          "restore", "latest", "--into", target.argument, "--data-only", "--schema", "stock",
        ])
        #expect(lacking.code == 3 && lacking.errors.contains("column order of stock.items"))
      }
    }
  }

  @Test("Rows that foreign keys refuse, and keys in a circle, change nothing")
  func dataOnlyRefused() throws {
    try withSnapshot(on: .v15) { _, user in
      try withDatabase(on: .v15) { target in
        try user.restore(into: target, ["--schema-only"])
        let words = ["restore", "latest", "--into", target.argument, "--data-only"]
        // The customers stay away, so the orders cannot come.
        let orphans = try user.run(words + ["--table", "sales.orders"])
        #expect(orphans.code == 1 && orphans.errors.contains("orders_customer_fkey"), "\(orphans)")
        #expect(orphans.errors.contains("rolled back"), "\(orphans)")
        let connection = try Connection.open(target)
        try connection.execute(
          """
          ALTER TABLE sales.customers ADD first int REFERENCES sales.orders (id);
          """
        )
        let circle = try user.run(words)
        #expect(circle.code == 3 && circle.errors.contains("circle"), "\(circle)")
        #expect(try connection.execute("SELECT count(*) FROM sales.days").int == 0)
        try connection.execute(
          "ALTER TABLE sales.customers ALTER CONSTRAINT customers_first_fkey DEFERRABLE"
        )
        try user.run(words).require(0)
      }
    }
  }

  @Test(
    "A database is created like the snapshot's, and dropped again when the restore fails",
    arguments: TestServer.either()
  )
  func newDatabase(server: TestServer) throws {
    try withSnapshot(on: server) { source, user in
      let old = source.keywords["dbname"] ?? ""
      let connection = try Connection.open(source)
      try connection.makeRole("dd_shop_owner")
      try connection.execute(
        """
        ALTER DATABASE \(old) OWNER TO dd_shop_owner; COMMENT ON DATABASE \(old) IS 'of the shop';
        ALTER DATABASE \(old) SET work_mem = '7MB'; REVOKE CONNECT ON DATABASE \(old) FROM PUBLIC
        """
      )
      try user.backup(source)
      let name = "\(old)_copy"
      let words = [
        "restore", "latest", "--into", source.database("postgres").argument, "--as", name,
      ]
      let run = try user.run(words).require(0)
      #expect(run.output.contains("It is there as \(name)."), "\(run)")
      try Copies(on: server, in: user.directory).expectEqual(source.database(name), source)
      #expect(try properties(name, connection) == properties(old, connection))
      let again = try user.run(words)
      #expect(again.code == 3 && again.errors.contains("already exists"), "\(again)")
      #expect(!again.errors.contains("was killed"), "\(again)")
      // What a kill leaves says so.
      try connection.execute(
        "COMMENT ON DATABASE \(name) IS 'drydock restores into this database; it is not whole'"
      )
      let left = try user.run(words)
      #expect(left.code == 3 && left.errors.contains("was killed"), "\(left)")
      try connection.execute("DROP DATABASE \(name)")

      // A failure in the middle: the role that owns a table is gone.
      try connection.makeRole("dd_gone")
      try connection.execute("ALTER TABLE stock.items OWNER TO dd_gone")
      try user.backup(source)
      try connection.execute("ALTER TABLE stock.items OWNER TO postgres; DROP ROLE dd_gone")
      let failed = try user.run(words)
      #expect(failed.code == 1 && failed.errors.contains("was dropped again"), "\(failed)")
      #expect(failed.errors.contains("dd_gone") && failed.missingOfError == [], "\(failed)")
      let databases = "SELECT count(*) FROM pg_database WHERE datname = '\(name)'"
      #expect(try connection.execute(databases).int == 0)
      // The way out that the words name.
      try user.run(words + ["--with-roles"]).require(0)
      let owner = "SELECT relowner::regrole FROM pg_class WHERE relname = 'items'"
      let copy = try Connection.open(source.database(name))
      #expect(try copy.execute(owner).value == "dd_gone")
      try connection.execute("DROP DATABASE \(name) WITH (FORCE)")
      try connection.execute("DROP ROLE dd_gone")
    }
  }

  /// Owner, rights, comment and settings of a database.
  private func properties(_ name: String, _ connection: Connection) throws -> String? {
    try connection.execute(
      """
      SELECT concat_ws(' | ', pg_get_userbyid(datdba),
        (SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(datacl) a), encoding, datcollate, datctype,
        shobj_description(d.oid, 'pg_database'),
        (SELECT string_agg(setconfig::text, ' ') FROM pg_db_role_setting WHERE setdatabase = d.oid))
      FROM pg_database d WHERE datname = '\(name)'
      """
    ).value
  }

  @Test(
    "Owners and rights go to other roles, and work is done as a role",
    arguments: TestServer.either()
  )
  func roles(server: TestServer) throws {
    try withSnapshot(on: server) { source, user in
      let connection = try Connection.open(source)
      for role in ["dd_shop", "dd_reader", "dd_test", "dd_seer"] { try connection.makeRole(role) }
      try connection.execute(
        """
        ALTER TABLE sales.orders OWNER TO dd_shop; ALTER SCHEMA stock OWNER TO dd_shop;
        GRANT SELECT ON sales.orders TO dd_reader;
        ALTER DEFAULT PRIVILEGES FOR ROLE dd_shop IN SCHEMA stock GRANT SELECT ON TABLES TO dd_reader;
        CREATE POLICY own ON sales.orders TO dd_reader USING (true)
        """
      )
      try user.backup(source)
      try withDatabase(on: server) { target in
        let maps = ["--map-role", "dd_shop=dd_test", "--map-role", "dd_reader=dd_seer"]
        try user.restore(into: target, maps)
        let dump = try Psql.dump(target, server: server, ["--schema-only"])
        #expect(!dump.contains("dd_shop") && !dump.contains("dd_reader"))
        let source = try Psql.dump(source, server: server, ["--schema-only"])
        let lines = { (text: String) in
          text.split(separator: "\n").filter { !$0.hasPrefix("\\") && !$0.hasPrefix("-- Name") }
        }
        let mapped = source.replacing("dd_shop", with: "dd_test").replacing(
          "dd_reader",
          with: "dd_seer"
        )
        #expect(lines(dump) == lines(mapped))
      }
      try withDatabase(on: server) { target in
        let name = target.keywords["dbname"] ?? ""
        try connection.execute("GRANT CREATE ON DATABASE \(name) TO dd_test")
        let run = try user.run([
          "restore", "latest", "--into", target.argument, "--role", "dd_test", "--no-owner",
          "--no-privileges", "--schema", "stock", "--schema", "sales",
        ])
        #expect(run.code == 0, "\(run)")
        let owners = """
          SELECT string_agg(DISTINCT relowner::regrole::text, ' ') FROM pg_class
          WHERE relnamespace IN ('sales'::regnamespace, 'stock'::regnamespace)
          """
        #expect(try Connection.open(target).execute(owners).value == "dd_test")
      }
    }
  }

  @Test("Tables come with their sequences and defaults, less those that are excluded")
  func tables() throws {
    try withSnapshot(on: .v15) { _, user in
      try withDatabase(on: .v15) { target in
        let connection = try Connection.open(target)
        try connection.execute("CREATE SCHEMA sales; CREATE SCHEMA stock")
        let run = try user.run([
          "restore", "latest", "--into", target.argument, "--table", "sales.*", "--exclude-table",
          "sales.days*",
        ])
        #expect(run.code == 7 && run.output.contains("foreign keys"), "\(run)")
        let next = "INSERT INTO sales.customers (name) VALUES ('x') RETURNING id"
        #expect(try connection.execute(next).int == 10)
        #expect(
          try connection.execute("INSERT INTO sales.orders (note) VALUES ('') RETURNING id").int
            == 50
        )
        #expect(try connection.execute("SELECT to_regclass('sales.days_1')").value == nil)
      }
    }
  }

  @Test(
    "A partitioned table comes whole, a partition with what is above it",
    arguments: TestServer.either()
  )
  func partitions(server: TestServer) throws {
    let script = """
      CREATE TABLE days (id int GENERATED ALWAYS AS IDENTITY, day date, PRIMARY KEY (id, day))
        PARTITION BY RANGE (day);
      CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
      CREATE TABLE days_2 PARTITION OF days FOR VALUES FROM ('2026-02-01') TO ('2027-01-01');
      CREATE INDEX days_day ON days (day); CREATE TABLE other (id int);
      INSERT INTO days (day) SELECT '2026-01-01'::date + i FROM generate_series(1, 60) i;
      """
    try withSnapshot(of: script, on: server) { source, user in
      for (table, left) in [("public.days", "other"), ("days_2", "other, days_1")] {
        try withDatabase(on: server) { target in
          let words = ["restore", "latest", "--into", target.argument, "--table", table]
          let run = try user.run(words)
          #expect(run.code == 7, "\(run)")
          try withDatabase(on: server) { reference in
            let copies = Copies(on: server, in: user.directory)
            try copies.copyWithPsql(source, to: reference)
            try Connection.open(reference).execute("DROP TABLE \(left)")
            try copies.expectEqual(target, reference)
          }
        }
      }
    }
  }

  @Test("Options that contradict each other are refused, each with what to do")
  func contradictions() throws {
    try withSnapshot(on: .v15) { source, user in
      let cases: [([String], Int32)] = [
        (["--data-only", "--schema-only"], 2), (["--data-only", "--as", "x"], 2),
        (["--rename", "x"], 2), (["--table", "sales.*", "--rename", "x"], 2),
        (["--exclude-table", "sales.days"], 2), (["--map-role", "x"], 2),
        (["--table", "sales.*", "--exclude-table", "nothing.*"], 2),
        (["--replace", "--schema", "sales", "--role", "x"], 2),
        (["--table", "sales.orders", "--replace"], 3),
        (["--table", "sales.orders", "--rename", "customers"], 3),
      ]
      for (words, code) in cases {
        let run = try user.run(["restore", "latest", "--into", source.argument] + words)
        #expect(run.code == code && run.missingOfError == [], "\(run)")
      }
      let replaced = try user.run([
        "restore", "latest", "--into", source.argument, "--table", "sales.orders", "--replace",
      ])
      #expect(replaced.errors.contains("--table sales.orders --rename NEW"), "\(replaced)")
    }
  }

  @Test("One table comes back beside the live one through the command line")
  func beside() throws {
    try withSnapshot(on: .v15) { source, user in
      let connection = try Connection.open(source)
      try connection.execute("DELETE FROM stock.items; DELETE FROM sales.orders")
      let run = try user.run([
        "restore", "latest", "--into", source.argument, "--table", "sales.orders", "--rename",
        "orders_restored",
      ])
      #expect(
        run.code == 7 && run.output.contains("It is there as sales.orders_restored."),
        "\(run)"
      )
      #expect(run.output.contains("foreign key orders_customer_fkey of sales.orders"), "\(run)")
      #expect(try connection.execute("SELECT count(*) FROM sales.orders_restored").int == 49)
      // A snapshot of that table alone has no definition of its schema.
      let part = try user.backup(source, ["--table", "sales.customers"]).snapshot
      let words = ["--table", "sales.customers", "--rename", "customers_restored"]
      try user.restore(part, into: source, words)
      #expect(try connection.execute("SELECT count(*) FROM sales.customers_restored").int == 9)
      #expect(try user.leftovers() == [])
    }
  }
}
