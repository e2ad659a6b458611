import Dispatch
import SQLSyntax
import Testing

@Suite("The parser says what a statement is")
struct ParserTests {
  @Test(
    "Commands that cannot run inside a transaction block are known",
    arguments: [
      "CREATE INDEX CONCURRENTLY i ON t (a)", "CREATE UNIQUE INDEX CONCURRENTLY ON s.t (a)",
      "DROP INDEX CONCURRENTLY i", "REINDEX TABLE CONCURRENTLY t", "REINDEX INDEX CONCURRENTLY i",
      "REINDEX SCHEMA s", "REINDEX DATABASE d", "VACUUM", "VACUUM FULL t", "VACUUM (ANALYZE) t",
      "CREATE DATABASE d", "DROP DATABASE d", "ALTER DATABASE d SET TABLESPACE t",
      "CREATE TABLESPACE t LOCATION '/x'", "DROP TABLESPACE t", "ALTER SYSTEM SET work_mem = '1MB'",
      "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p", "DROP SUBSCRIPTION s",
      "ALTER SUBSCRIPTION s REFRESH PUBLICATION", "CLUSTER", "DISCARD ALL",
      "ALTER TABLE p DETACH PARTITION c CONCURRENTLY",
    ]
  )
  func bare(_ sql: String) {
    let syntax = Parser.classify(sql)
    #expect(!syntax.canRunInTransaction)
    #expect(!syntax.isOpaque)
  }

  @Test(
    "Commands that look alike but run inside a transaction block are left alone",
    arguments: [
      "CREATE INDEX i ON t (a)", "DROP INDEX i", "REINDEX TABLE t", "REINDEX INDEX i", "ANALYZE t",
      "ALTER TYPE mood ADD VALUE 'glad'", "CLUSTER t USING i", "DISCARD PLANS",
      "REFRESH MATERIALIZED VIEW CONCURRENTLY v", "ALTER TABLE p DETACH PARTITION c",
      "ALTER DATABASE d SET work_mem = '1MB'", "CREATE TABLE vacuum_log (a int)",
    ]
  )
  func transactional(_ sql: String) {
    #expect(Parser.classify(sql).canRunInTransaction)
  }

  @Test("Transaction control is told apart")
  func transactionControl() {
    #expect(Parser.classify("BEGIN").transactionControl == .begin(hasModes: false))
    #expect(Parser.classify("START TRANSACTION").transactionControl == .begin(hasModes: false))
    #expect(
      Parser.classify("BEGIN ISOLATION LEVEL SERIALIZABLE").transactionControl
        == .begin(hasModes: true)
    )
    #expect(Parser.classify("COMMIT").transactionControl == .commit(chains: false))
    #expect(Parser.classify("END").transactionControl == .commit(chains: false))
    #expect(Parser.classify("COMMIT AND CHAIN").transactionControl == .commit(chains: true))
    #expect(Parser.classify("ROLLBACK").transactionControl == .rollback)
    #expect(Parser.classify("ABORT").transactionControl == .rollback)
    for savepoint in ["SAVEPOINT a", "RELEASE a", "ROLLBACK TO SAVEPOINT a"] {
      #expect(Parser.classify(savepoint).transactionControl == .savepoint)
    }
    for twoPhase in ["PREPARE TRANSACTION 'a'", "COMMIT PREPARED 'a'", "ROLLBACK PREPARED 'a'"] {
      #expect(Parser.classify(twoPhase).transactionControl == .twoPhase)
    }
    #expect(Parser.classify("PREPARE a AS SELECT 1").transactionControl == nil)
  }

  @Test("The four ways of COPY are told apart")
  func copy() {
    #expect(Parser.classify("COPY t FROM STDIN WITH (FORMAT csv)").copy == .fromClient)
    #expect(Parser.classify("COPY t TO STDOUT").copy == .toClient)
    #expect(Parser.classify("COPY t FROM PROGRAM 'env'").copy == .program)
    #expect(Parser.classify("COPY t TO '/tmp/x'").copy == .serverFile)
    #expect(Parser.classify("SELECT 1").copy == nil)
  }

  @Test("Changed settings are named, also those changed through set_config")
  func settings() {
    #expect(Parser.classify("SET Lock_Timeout = '1s'").settings == ["lock_timeout"])
    #expect(Parser.classify("RESET statement_timeout").settings == ["statement_timeout"])
    #expect(Parser.classify("RESET ALL").settings == ["*"])
    #expect(Parser.classify("DISCARD ALL").settings == ["*"])
    #expect(
      Parser.classify("SELECT pg_catalog.set_config('search_path', '', false)").settings
        == ["search_path"]
    )
    #expect(Parser.classify("SELECT set_config(name, '', false) FROM s").settings == ["*"])
    #expect(
      Parser.classify("CREATE FUNCTION f() RETURNS int SET lock_timeout = 0 LANGUAGE sql AS ''")
        .settings.isEmpty
    )
  }

  @Test(
    "A statement that touches schema drydock says so",
    arguments: [
      "DELETE FROM drydock.events", "UPDATE \"drydock\".events SET a = 1", "DROP SCHEMA a, drydock",
      "ALTER SCHEMA drydock RENAME TO x", "ALTER SCHEMA drydock OWNER TO x",
      "GRANT ALL ON ALL TABLES IN SCHEMA drydock TO x", "GRANT USAGE ON SCHEMA drydock TO x",
      "DROP TABLE a, drydock.events", "DROP FUNCTION drydock.f(int)", "SELECT drydock.f()",
      "ALTER TABLE a SET SCHEMA drydock", "COMMENT ON TABLE drydock.x IS 'a'",
      "SET search_path TO a, drydock", "CREATE EXTENSION x SCHEMA drydock",
      "DO $$ begin delete from drydock.events; end $$", "CREATE TYPE drydock.t AS (a int)",
      "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ delete from drydock . events $$",
      "CREATE TABLE x (a drydock.t)", "CREATE SCHEMA drydock", "TRUNCATE drydock.events",
    ]
  )
  func ledgerSchema(_ sql: String) {
    let syntax = Parser.classify(sql)
    #expect(!syntax.isOpaque)
    #expect(syntax.schemas.contains("drydock"))
  }

  @Test(
    "The word drydock alone is not the schema",
    arguments: [
      "SELECT 'drydock.events'", "SELECT drydock FROM t", "CREATE TABLE drydock (a int)",
      "COMMENT ON TABLE x IS 'see drydock.events'",
    ]
  )
  func notTheSchema(_ sql: String) {
    #expect(!Parser.classify(sql).schemas.contains("drydock"))
  }

  @Test(
    "Commands that reach all databases of the server are known",
    arguments: [
      "ALTER SYSTEM RESET ALL", "CREATE DATABASE x", "ALTER DATABASE x OWNER TO y",
      "ALTER ROLE a RENAME TO b",
      "CREATE ROLE r", "ALTER USER r PASSWORD 'x'", "DROP ROLE r", "GRANT a TO b",
      "REVOKE a FROM b",
      "ALTER ROLE r SET work_mem = 1", "CREATE TABLESPACE t LOCATION '/x'",
      "ALTER SUBSCRIPTION s DISABLE",
    ]
  )
  func clusterWide(_ sql: String) {
    #expect(Parser.classify(sql).isClusterWide)
  }

  @Test("Code, libraries and owned objects are known")
  func others() {
    #expect(Parser.classify("LOAD 'x'").loadsLibrary)
    #expect(Parser.classify("DO 'begin end'").runsCode)
    #expect(Parser.classify("CALL p()").runsCode)
    #expect(Parser.classify("DROP OWNED BY r").affectsOwnedObjects)
    #expect(Parser.classify("REASSIGN OWNED BY r TO s").affectsOwnedObjects)
    #expect(!Parser.classify("GRANT SELECT ON t TO r").isClusterWide)
  }

  @Test("Newer syntax is opaque, with the parser's reason, and never an error")
  func opaque() {
    let syntax = Parser.classify("ALTER TABLE t ADD CONSTRAINT c NOT NULL a NOT VALID")
    #expect(syntax.isOpaque)
    #expect(syntax.opaqueReason?.contains("syntax error") == true)
    #expect(syntax.canRunInTransaction)
  }

  @Test("Opaque statements are judged by their first keywords, on the careful side")
  func opaqueFallback() {
    #expect(!Parser.classify("VACUUM (BRAND_NEW 1 2) t").canRunInTransaction)
    #expect(
      !Parser.classify("/* CREATE */ CREATE INDEX CONCURRENTLY i ON t BRAND NEW")
        .canRunInTransaction
    )
    #expect(Parser.classify("COMMIT BRAND NEW").transactionControl == .commit(chains: true))
    #expect(Parser.classify("CREATE ROLE r BRAND NEW 1").isClusterWide)
    #expect(Parser.classify("COPY t FROM PROGRAM 'x' BRAND NEW").copy == .program)
    #expect(Parser.classify("SET LOCAL lock_timeout BRAND NEW").settings == ["lock_timeout"])
    #expect(Parser.classify("DELETE FROM drydock.events BRAND NEW").schemas.contains("drydock"))
    #expect(Parser.classify("SELECT 1; SELECT 2").isOpaque)
    #expect(Parser.classify([83, 0, 84]).opaqueReason == "it holds a zero byte")
  }

  @Test("Bytes that are not UTF-8 do not disturb the parser")
  func otherEncodings() {
    let sql = Array("SELECT '".utf8) + [0xE9] + Array("'".utf8)
    #expect(Parser.classify(sql).kind == "SelectStmt")
  }

  @Test("Many threads may ask at once")
  func threads() async {
    await withTaskGroup(of: Bool.self) { group in
      for number in 0..<200 {
        group.addTask {
          Parser.classify("CREATE TABLE t\(number) (a int)").kind == "CreateStmt"
            && Parser.classify("nonsense \(number)").isOpaque
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }

  @Test("Nesting that no stack would bear is opaque")
  func deepNesting() {
    let deep = String(repeating: "(", count: 50_000) + "1" + String(repeating: ")", count: 50_000)
    #expect(Parser.classify("SELECT \(deep)").isOpaque)
  }

  @Test(
    "Long chains of operators do not exhaust the small stack of a lane",
    arguments: [10, 50, 200, 1_000, 20_000]
  )
  func smallStack(_ depth: Int) async {
    let chain = "SELECT " + String(repeating: "a || ", count: depth) + "a"
    let nested =
      "SELECT " + String(repeating: "f(1 + (", count: depth) + "1"
      + String(repeating: "))", count: depth)
    let kinds = await withCheckedContinuation { continuation in
      DispatchQueue(label: "small stack").async {
        continuation.resume(returning: [chain, nested].map { Parser.classify($0).kind })
      }
    }
    #expect(kinds.allSatisfy { $0 == "SelectStmt" || $0 == StatementSyntax.opaqueKind })
    #expect(depth > 50 || kinds == ["SelectStmt", "SelectStmt"])
  }
}
