import Postgres
import Problems
import TestSupport
import Testing

@testable import Operations

@Suite("The tables that record operations")
struct OperationTablesTests {
  private static let all: [OperationTables] = [.waves, .transitions, .parameters]

  /// A database with a role that is nobody's, gone afterwards.
  private func withStranger(
    _ server: TestServer,
    _ body: (_ eye: Connection, _ stranger: String) throws -> Void
  ) throws {
    try withDatabase(on: server) { database in
      let eye = try Connection.open(database)
      let stranger = "stranger_\(UInt32.random(in: 0 ... .max))"
      try eye.execute("CREATE ROLE \(stranger)")
      defer { _ = try? eye.execute("DROP OWNED BY \(stranger); DROP ROLE \(stranger)") }
      try body(eye, stranger)
    }
  }

  @Test("A schema that a stranger made first is left alone", arguments: TestServer.allCases, all)
  func foreignSchema(server: TestServer, tables: OperationTables) throws {
    try withStranger(server) { eye, stranger in
      try eye.execute("CREATE SCHEMA drydock AUTHORIZATION \(stranger)")
      let problem = #expect(throws: Problem.self) { try tables.make(eye) }
      #expect(problem?.code == "operations.foreign")
      #expect(problem?.hint?.contains("ALTER SCHEMA drydock OWNER TO ") == true)
      #expect(try !tables.exist(eye))
    }
  }

  @Test("Code that somebody put into them does not run", arguments: TestServer.allCases, all)
  func plantedCode(server: TestServer, tables: OperationTables) throws {
    try withStranger(server) { eye, _ in
      try tables.make(eye)
      try eye.execute(
        """
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER t BEFORE INSERT ON \(tables.rawValue) EXECUTE FUNCTION f()
        """
      )
      let writing = #expect(throws: Problem.self) { try tables.make(eye) }
      #expect(writing?.code == "operations.strange")
      #expect(writing?.facts == [.init(tables.rawValue, "has the trigger t, which calls f()")])
      try eye.execute(
        """
        DROP TABLE \(tables.rawValue) CASCADE;
        CREATE VIEW \(tables.rawValue) AS SELECT pg_catalog.pg_backend_pid() AS run
        """
      )
      let reading = #expect(throws: Problem.self) { try tables.exist(eye) }
      #expect(reading?.facts == [.init(tables.rawValue, "is a view")])
    }
  }

  @Test("A table of another role is not written to, and rows may be granted")
  func foreignTable() throws {
    try withStranger(.v15) { eye, stranger in
      try OperationTables.parameters.make(eye)
      try eye.execute(
        "GRANT USAGE ON SCHEMA drydock TO \(stranger); "
          + "GRANT INSERT, UPDATE ON drydock.parameter_changes TO \(stranger)"
      )
      try OperationTables.parameters.make(eye)
      try eye.execute("GRANT TRIGGER ON drydock.parameter_changes TO \(stranger)")
      let granted = #expect(throws: Problem.self) { try OperationTables.parameters.make(eye) }
      #expect(granted?.code == "operations.foreign")
      try eye.execute("REVOKE TRIGGER ON drydock.parameter_changes FROM \(stranger)")
      try OperationTables.parameters.make(eye)
      try eye.execute("ALTER TABLE drydock.parameter_changes OWNER TO \(stranger)")
      let owned = #expect(throws: Problem.self) { try OperationTables.parameters.make(eye) }
      #expect(owned?.facts == [.init("drydock.parameter_changes", "belongs to \(stranger)")])
    }
  }
}
