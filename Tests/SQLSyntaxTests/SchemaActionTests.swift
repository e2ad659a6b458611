import SQLSyntax
import Testing

@Suite("The parser says what a statement does to the schema")
struct SchemaActionTests {
  private static let table = ObjectName("t", schema: "s")

  @Test(
    "Each action is named with its object",
    arguments: [
      ("ALTER TABLE s.t DROP COLUMN a", [.dropColumn(table, "a")]),
      (
        "ALTER TABLE s.t ALTER a SET NOT NULL, ALTER b DROP NOT NULL",
        [.setNotNull(table, "a"), .dropNotNull(table, "b")]
      ),
      ("ALTER TABLE s.t ALTER a SET DEFAULT 1", [.changeDefault(table, "a", isDropped: false)]),
      ("ALTER TABLE s.t ALTER a DROP DEFAULT", [.changeDefault(table, "a", isDropped: true)]),
      ("ALTER TABLE s.t DROP CONSTRAINT c", [.dropConstraint(table, "c")]),
      ("ALTER TABLE s.t SET LOGGED", [.alterTable(table, "AT_SetLogged")]),
      (
        "ALTER TABLE s.t SET (fillfactor = 9, autovacuum_enabled = off)",
        [.setOption(table, "autovacuum_enabled", "off")]
      ),
      ("ALTER TABLE s.t REPLICA IDENTITY NOTHING", [.replicaIdentity(table, "n")]),
      ("ALTER TABLE s.t DETACH PARTITION p", [.detach(table, isConcurrent: false)]),
      ("ALTER TABLE s.t DETACH PARTITION p CONCURRENTLY", [.detach(table, isConcurrent: true)]),
      (
        "ALTER TABLE s.t ENABLE ROW LEVEL SECURITY",
        [.changeAccess("row level security", table)]
      ),
      (
        "DROP TABLE IF EXISTS s.t, u",
        [.drop("OBJECT_TABLE", [table, ObjectName("u")], isConcurrent: false, ifExists: true)]
      ),
      (
        "DROP INDEX CONCURRENTLY i",
        [.drop("OBJECT_INDEX", [ObjectName("i")], isConcurrent: true, ifExists: false)]
      ),
      (
        "DROP FUNCTION s.t(int)",
        [.drop("OBJECT_FUNCTION", [table], isConcurrent: false, ifExists: false)]
      ),
      ("ALTER TABLE s.t RENAME TO u", [.rename("OBJECT_TABLE", table, part: nil, to: "u")]),
      ("ALTER TABLE s.t RENAME a TO b", [.rename("OBJECT_COLUMN", table, part: "a", to: "b")]),
      (
        "ALTER SCHEMA a RENAME TO b",
        [.rename("OBJECT_SCHEMA", ObjectName("a"), part: nil, to: "b")]
      ),
      ("ALTER TABLE s.t SET SCHEMA z", [.move("OBJECT_TABLE", table, to: "z")]),
      ("CREATE TYPE s.t AS ENUM ('a')", [.createEnum(table)]),
      (
        "ALTER TYPE s.t ADD VALUE 'b' AFTER 'a'",
        [.changeEnum(table, isRename: false, isPlaced: true)]
      ),
      ("CREATE DOMAIN s.t AS int", [.createDomain(table, isConstrained: false)]),
      ("ALTER DOMAIN s.t ADD CHECK (value > 0)", [.constrainDomain(table, isChecked: true)]),
      (
        "ALTER DOMAIN s.t ADD CONSTRAINT c CHECK (value > 0) NOT VALID",
        [.constrainDomain(table, isChecked: false)]
      ),
      ("TRUNCATE s.t CASCADE", [.truncate([table], cascades: true)]),
      ("VACUUM FULL s.t", [.rebuild("VACUUM FULL", table, isConcurrent: false)]),
      ("VACUUM s.t", []),
      ("REINDEX TABLE CONCURRENTLY s.t", [.rebuild("REINDEX", table, isConcurrent: true)]),
      ("REINDEX (CONCURRENTLY) TABLE s.t", [.rebuild("REINDEX", table, isConcurrent: true)]),
      ("REINDEX (CONCURRENTLY off) TABLE s.t", [.rebuild("REINDEX", table, isConcurrent: false)]),
      ("VACUUM (FULL false) s.t", []),
      ("CLUSTER s.t USING i", [.rebuild("CLUSTER", table, isConcurrent: false)]),
      (
        "CREATE TRIGGER g BEFORE INSERT ON s.t FOR EACH ROW EXECUTE FUNCTION f()",
        [.createTrigger(table)]
      ),
      ("UPDATE s.t SET a = 1", [.write("UPDATE", table)]),
      ("DELETE FROM s.t", [.write("DELETE", table)]),
      ("REVOKE ALL ON s.t FROM r", [.changeAccess("REVOKE", table)]),
      ("GRANT ALL ON s.t TO r", []),
      ("CREATE OR REPLACE VIEW s.t AS SELECT 1", [.replace("view", table)]),
      ("CREATE VIEW s.t AS SELECT 1", []),
      ("ALTER SEQUENCE s.t RESTART", [.changeSequence(table)]),
      ("SELECT 1", []),
    ] as [(String, [SchemaAction])]
  )
  func action(sql: String, actions: [SchemaAction]) {
    #expect(Parser.classify(sql).actions == actions)
  }

  @Test("A new column has its type and its constraints")
  func column() throws {
    let sql = "ALTER TABLE t ADD c varchar(9)[] NOT NULL DEFAULT 'x' REFERENCES u"
    guard case .addColumn(let table, let column) = Parser.classify(sql).actions.first else {
      Issue.record("no column is added")
      return
    }
    #expect(table == ObjectName("t"))
    #expect(column.name == "c" && !column.isSerial)
    #expect(column.type?.name == "varchar" && column.type?.hasModifier == true)
    #expect(column.type?.isArray == true)
    #expect(column.constraints.map(\.kind) == [.notNull, .default, .foreignKey])
    #expect(column.constraints.last?.references == ObjectName("u"))
  }

  @Test("A constraint says whether rows are checked and which index it takes over")
  func constraints() {
    let sql = """
      ALTER TABLE t ADD CONSTRAINT n CHECK (a > 0) NOT VALID, ADD PRIMARY KEY USING INDEX i,
        ADD FOREIGN KEY (a, b) REFERENCES u
      """
    let found = Parser.classify(sql).actions.compactMap { action -> ConstraintSyntax? in
      if case .addConstraint(_, let constraint) = action { return constraint }
      return nil
    }
    #expect(found.map(\.kind) == [.check, .primaryKey, .foreignKey])
    #expect(found.map(\.isValidated) == [false, true, true])
    #expect(found.map(\.index) == [nil, "i", nil])
    #expect(found.last?.columns == ["a", "b"])
  }

  @Test("A new index says how wide it is and whether it is built beside the traffic")
  func index() {
    let sql = "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a, lower(b))"
    guard case .createIndex(_, let index) = Parser.classify(sql).actions.first else {
      Issue.record("no index is created")
      return
    }
    #expect(index.name == "i" && index.width == 2 && index.isUnique && index.isConcurrent)
  }

  @Test("What the parser does not understand has no actions")
  func opaque() {
    #expect(Parser.classify("ALTER TABLE t ADD CONSTRAINT c NOT NULL a NOT VALID").actions.isEmpty)
    #expect(Parser.classify("DO $$ BEGIN DROP TABLE t; END $$").actions.isEmpty)
  }
}
