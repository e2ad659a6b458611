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

  /// Keys whose text is not that of their rows, and a chain.
  private static let otherKeys = """
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
    arguments: TestServer.either()
  )
  func sample(server: TestServer) throws {
    try withBackup(of: Self.shop, on: server) { user, database in
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
    try withBackup(of: Self.otherKeys) { user, database in
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
