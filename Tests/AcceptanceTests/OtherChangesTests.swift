import Postgres
import TestSupport
import Testing

/// What a patch does to production is compared with what it did in the rehearsal.
@Suite("Changes that were not rehearsed")
struct OtherChangesTests {
  @Test(
    "Texts that read differently once restored are no difference",
    arguments: TestServer.either()
  )
  func nativeText(server: TestServer) throws {
    try withDatabase(on: server) { database in
      let user = try Drydock(on: server)
      try Connection.open(database).execute(
        """
        CREATE TABLE item (id int, kind varchar(5) CHECK (kind IN ('a', 'b')),
          state varchar(5) DEFAULT 'new' CHECK (state IN ('new', 'old')));
        CREATE VIEW new_items AS SELECT id FROM item WHERE state IN ('new');
        INSERT INTO item VALUES (1, 'a', 'new');
        """
      )
      try user.write(
        patch: "0001_native.sql",
        """
        ALTER TABLE item ADD COLUMN size varchar(5) CHECK (size IN ('s', 'l'));
        ALTER TABLE item RENAME CONSTRAINT item_kind_check TO item_kind_known;
        ALTER TABLE item RENAME COLUMN kind TO sort;
        CREATE INDEX item_new ON item (id) WHERE state IN ('new');
        CREATE OR REPLACE VIEW new_items AS SELECT id FROM item WHERE state IN ('new', 'old');
        """
      )
      try user.backup(database)
      try user.run(["rehearse", "--database", database.argument]).require(0)
      try user.run(["migrate", "--database", database.argument]).require(0)
    }
  }

  /// A patch that does more than it did in its rehearsal: a switch was turned on since.
  private func withSurprise(
    _ head: String,
    _ body: (Drydock, Connection, _ migrate: [String]) throws -> Void
  ) throws {
    let tables = "CREATE TABLE item (id int); CREATE TABLE switch (is_on bool)"
    try withBackup(of: tables) { user, database in
      try user.write(
        patch: "0001_tricky.sql",
        """
        \(head)
        DO $$ BEGIN
          ALTER TABLE item ADD COLUMN price int;
          IF EXISTS (SELECT FROM switch) THEN ALTER TABLE item ADD COLUMN surprise int; END IF;
        END $$;
        CREATE INDEX \(head.isEmpty ? "" : "CONCURRENTLY") item_id ON item (id);
        """
      )
      try user.run(["rehearse", "--database", database.argument]).require(0)
      let connection = try Connection.open(database)
      try connection.execute("INSERT INTO switch VALUES (true)")
      try body(user, connection, ["migrate", "--database", database.argument])
    }
  }

  @Test("Changes other than those rehearsed are rolled back")
  func rolledBack() throws {
    try withSurprise("") { user, connection, migrate in
      let run = try user.run(migrate)
      #expect(run.code == 4, "\(run)")
      #expect(run.errors.contains("surprise") && run.errors.contains("rolled back"), "\(run)")
      let columns = "SELECT count(*) FROM pg_attribute WHERE attname IN ('price', 'surprise')"
      #expect(try connection.query(columns, []).value == "0")
    }
  }

  @Test("A patch outside a transaction that does something else is told, and stays unfinished")
  func outsideTransaction() throws {
    try withSurprise("-- drydock: no-transaction") { user, connection, migrate in
      let run = try user.run(migrate)
      #expect(run.code == 4, "\(run)")
      #expect(run.errors.contains("surprise") && run.errors.contains("committed"), "\(run)")
      #expect(!run.errors.contains("rolled back"), "\(run)")
      let again = try user.run(migrate)
      #expect([3, 4].contains(again.code) && again.errors.contains("surprise"), "\(again)")
      try connection.execute("ALTER TABLE item DROP COLUMN surprise")
      try user.run(migrate).require(0)
    }
  }

  @Test("A patch outside a transaction that stopped half-way goes on under the same receipt")
  func resumed() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      let connection = try Connection.open(database)
      try connection.execute("CREATE TABLE item (id int); INSERT INTO item VALUES (1), (2)")
      try user.write(
        patch: "0001_unique.sql",
        """
        -- drydock: no-transaction
        ALTER TABLE item ADD COLUMN price int;
        CREATE UNIQUE INDEX CONCURRENTLY item_id ON item (id);
        """
      )
      try user.write(patch: "0002_more.sql", "CREATE TABLE more (a int);")
      try user.backup(database)
      try user.run(["rehearse", "--database", database.argument]).require(0)
      try connection.execute("INSERT INTO item VALUES (2)")
      let migrate = ["migrate", "--database", database.argument]
      let stopped = try user.run(migrate)
      #expect(stopped.code == 8, "\(stopped)")
      try connection.execute("DELETE FROM item WHERE ctid = (SELECT max(ctid) FROM item)")
      try user.run(migrate).require(0)
      let receipts = "SELECT count(DISTINCT receipt) FROM drydock.events WHERE finished IS NOT NULL"
      #expect(try connection.query(receipts, []).value == "1")
    }
  }
}
