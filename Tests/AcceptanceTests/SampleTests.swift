import Cluster
import Foundation
import Postgres
import TestSupport
import Testing

@Suite("A rehearsal on a part of the rows")
struct SampleTests {
  /// Customers, orders of them, lines of those; in rows so wide that few of them fill several
  /// stripes each.
  private static let shop = """
    CREATE TABLE customer (id int PRIMARY KEY, code text UNIQUE, sponsor int REFERENCES customer,
      filler text DEFAULT repeat('x', 1900));
    CREATE TABLE orders (id int, region int, customer text REFERENCES customer (code),
      filler text DEFAULT repeat('y', 1900), PRIMARY KEY (id, region)) PARTITION BY LIST (region);
    CREATE TABLE orders_0 PARTITION OF orders FOR VALUES IN (0);
    CREATE TABLE orders_1 PARTITION OF orders FOR VALUES IN (1);
    CREATE TABLE line (id int PRIMARY KEY, o int, r int, filler text DEFAULT repeat('z', 1900),
      FOREIGN KEY (o, r) REFERENCES orders (id, region) DEFERRABLE INITIALLY DEFERRED);
    INSERT INTO customer SELECT i, E'c\\t' || i, CASE WHEN i > 200 THEN i - 200 END
      FROM generate_series(1, 4000) i;
    INSERT INTO orders SELECT i, i % 2, E'c\\t' || (i * 7919 % 4000 + 1)
      FROM generate_series(1, 4000) i;
    INSERT INTO line SELECT i, i * 6007 % 4000 + 1, (i * 6007 % 4000 + 1) % 2
      FROM generate_series(1, 4000) i;
    CREATE TABLE small (id int PRIMARY KEY, line int REFERENCES line);
    INSERT INTO small SELECT i, i * 17 FROM generate_series(1, 50) i;
    """

  /// Counts and rows without what they refer to, raised so that the report shows them.
  private static let tell = """
    DO $$ BEGIN
      RAISE EXCEPTION 'counted: %', (SELECT concat_ws(' ',
        (SELECT count(*) FROM customer), (SELECT count(*) FROM orders), (SELECT count(*) FROM line),
        (SELECT count(*) FROM small),
        (SELECT count(*) FROM line l LEFT JOIN orders o ON (l.o, l.r) = (o.id, o.region)
          WHERE o.id IS NULL AND l.o IS NOT NULL),
        (SELECT count(*) FROM orders o LEFT JOIN customer c ON o.customer = c.code WHERE c.id IS NULL),
        (SELECT count(*) FROM customer c LEFT JOIN customer s ON c.sponsor = s.id
          WHERE c.sponsor IS NOT NULL AND s.id IS NULL),
        (SELECT count(*) FROM small s LEFT JOIN line l ON s.line = l.id WHERE l.id IS NULL)));
    END $$;
    """

  private func counts(_ run: Run) throws -> [Int] {
    #expect(run.code == 5, "\(run)")
    let text = try #require(run.output.firstRange(of: "counted: "), "\(run)")
    let rest = run.output[text.upperBound...].prefix { $0.isNumber || $0 == " " }
    return rest.split(separator: " ").compactMap { Int($0) }
  }

  @Test(
    "A sample has some rows of each table, and every row that one of them refers to",
    arguments: TestServer.allCases
  )
  func sample(server: TestServer) throws {
    try withDatabase(on: server) { database in
      let user = try Drydock(on: server)
      try Connection.open(database).execute(Self.shop)
      try user.backup(database)
      try user.write(patch: "0001_tell.sql", Self.tell)
      let gate = ["gate", "--database", database.argument]
      let whole = try counts(try user.run(gate))
      #expect(whole == [4000, 4000, 4000, 50, 0, 0, 0, 0])
      let sample = try counts(try user.run(gate + ["--sample", "500"]))
      #expect(sample[4...] == [0, 0, 0, 0])
      #expect(sample[3] == 50)
      for count in sample[..<3] { #expect((500..<3800).contains(count), "\(sample)") }
      let none = try counts(try user.run(gate + ["--schema-only"]))
      #expect(none == [0, 0, 0, 0, 0, 0, 0, 0])
    }
  }

  @Test("A key of other text than its row, and a long chain, take rows out; nothing fails")
  func otherText() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      try Connection.open(database).execute(
        """
        CREATE TABLE customer (id numeric PRIMARY KEY, filler text);
        CREATE TABLE orders (id int PRIMARY KEY, c numeric REFERENCES customer);
        CREATE TABLE line (id int PRIMARY KEY, o int REFERENCES orders);
        CREATE TABLE chain (id int PRIMARY KEY, before int REFERENCES chain, filler text);
        INSERT INTO chain SELECT i, nullif(i - 1, 0), repeat('x', 400)
          FROM generate_series(1, 9000) i;
        INSERT INTO customer SELECT i, repeat('x', 1900) FROM generate_series(1, 4000) i;
        INSERT INTO orders SELECT i, (i * 79)::numeric(9, 2) FROM generate_series(1, 50) i;
        INSERT INTO line SELECT i, i FROM generate_series(1, 50) i;
        """
      )
      try user.backup(database)
      try user.write(
        patch: "0001_tell.sql",
        """
        DO $$ BEGIN RAISE EXCEPTION 'counted: % % %', (SELECT count(*) FROM line),
          (SELECT count(*) FROM orders o LEFT JOIN customer c ON c.id = o.c WHERE c.id IS NULL),
          (SELECT count(*) FROM chain c LEFT JOIN chain b ON b.id = c.before
            WHERE c.before IS NOT NULL AND b.id IS NULL);
        END $$;
        """
      )
      let run = try user.run(["gate", "--database", database.argument, "--sample", "100"])
      let found = try counts(run)
      #expect(found[1...] == [0, 0])
      #expect(found[0] < 50, "\(found)")
    }
  }

  @Test("Names beyond ASCII in another encoding, and tables that inherit, are no hindrance")
  func otherEncoding() throws {
    let name = "e_" + String(UInt64.random(in: .min ... .max), radix: 36)
    let maintenance = try Connection.open(TestServer.v15.shared().settings())
    try maintenance.execute(
      "CREATE DATABASE \(name) TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'"
    )
    defer { _ = try? maintenance.execute("DROP DATABASE \(name) WITH (FORCE)") }
    let database = try TestServer.v15.shared().settings(database: name)
    try Connection.open(database).execute(
      """
      CREATE SCHEMA "é";
      CREATE TABLE "é"."käufer" ("nº" int PRIMARY KEY, filler text DEFAULT repeat('ü', 400));
      CREATE TABLE "é"."käufer_alt" () INHERITS ("é"."käufer");
      CREATE TABLE bestellung (id int PRIMARY KEY, "käufer" int REFERENCES "é"."käufer");
      INSERT INTO "é"."käufer" SELECT i FROM generate_series(1, 20000) i;
      INSERT INTO "é"."käufer_alt" SELECT i FROM generate_series(1, 20000) i;
      INSERT INTO bestellung SELECT i, i * 397 FROM generate_series(1, 50) i;
      """
    )
    let user = try Drydock(on: .v15)
    try user.backup(database)
    try user.write(
      patch: "0001_tell.sql",
      """
      DO $$ BEGIN RAISE EXCEPTION 'counted: % %', (SELECT count(*) FROM bestellung),
        (SELECT count(*) FROM bestellung b LEFT JOIN ONLY "é"."käufer" k ON k."nº" = b."käufer"
          WHERE k."nº" IS NULL);
      END $$;
      """
    )
    let run = try user.run(["gate", "--database", database.argument, "--sample", "100"])
    #expect(try counts(run) == [50, 0])
  }

  @Test("A chain within a table comes whole, whichever way it leads")
  func chains() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      try Connection.open(database).execute(
        """
        CREATE TABLE up (id int PRIMARY KEY, next int REFERENCES up, filler text);
        INSERT INTO up SELECT i, nullif(i + 1, 9001), repeat('x', 400)
          FROM generate_series(1, 9000) i;
        CREATE TABLE down (id int PRIMARY KEY, next int REFERENCES down, filler text);
        INSERT INTO down SELECT i, nullif(i - 1, 0), repeat('x', 400)
          FROM generate_series(1, 9000) i;
        CREATE TABLE last (id int PRIMARY KEY REFERENCES down);
        INSERT INTO last VALUES (9000);
        """
      )
      try user.backup(database)
      try user.write(
        patch: "0001_tell.sql",
        """
        DO $$ BEGIN RAISE EXCEPTION 'counted: % %', (SELECT count(*) FROM up),
          (SELECT count(*) FROM down);
        END $$;
        """
      )
      let run = try user.run(["gate", "--database", database.argument, "--sample", "100"])
      #expect(try counts(run) == [9000, 9000])
    }
  }

  @Test("A sample and no rows at all exclude each other, and a sample is a number")
  func usage() throws {
    let user = try Drydock(on: .v15)
    for more in [["--sample", "many"], ["--sample", "0"], ["--sample", "5", "--schema-only"]] {
      let run = try user.run(["rehearse", "--database", "dbname=nowhere"] + more)
      #expect(run.code == 2, "\(run)")
      #expect(run.errors.contains("--sample"), "\(run)")
    }
  }
}
