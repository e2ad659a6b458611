import Catalog
import Cluster
import Postgres
import Snapshot
import TestSupport
import Testing

@testable import Backup

@Suite("The witness")
struct WitnessTests {
  private func write(_ connection: Connection, _ repository: String = "r") throws
    -> Manifest.Witness
  {
    guard case .written(let witness) = try Witness.write(on: connection, repository: repository)
    else { throw PostgresError(message: "no witness was written") }
    return witness
  }

  @Test("A row that the parent wrote proves the history", arguments: TestServer.allCases)
  func confirmed(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      let witness = try write(connection)
      #expect(try Witness.isConfirmed(witness, on: connection))
      try connection.execute("VACUUM FREEZE drydock_witness.rows")
      try connection.execute("VACUUM FULL drydock_witness.rows")
      #expect(try Witness.isConfirmed(witness, on: connection))
    }
  }

  @Test(
    "A database without the row, or without the table, proves nothing",
    arguments: TestServer.allCases
  )
  func missingRow(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      let witness = try write(connection)
      try connection.execute("DELETE FROM drydock_witness.rows")
      #expect(try !Witness.isConfirmed(witness, on: connection))
      #expect(try Witness.isConfirmed(witness, on: connection, omitted: [.witnessRow]))
      try connection.execute("DROP SCHEMA drydock_witness CASCADE")
      #expect(try !Witness.isConfirmed(witness, on: connection))
    }
  }

  @Test(
    "A restored row proves nothing: another transaction wrote it",
    arguments: TestServer.allCases
  )
  func restoredRow(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      let witness = try write(connection)
      try connection.execute(
        """
        CREATE TEMPORARY TABLE copy AS SELECT * FROM drydock_witness.rows;
        DELETE FROM drydock_witness.rows; INSERT INTO drydock_witness.rows SELECT * FROM copy
        """
      )
      #expect(try !Witness.isConfirmed(witness, on: connection))
      #expect(try Witness.isConfirmed(witness, on: connection, omitted: [.witnessTransaction]))
    }
  }

  @Test("A history begins where the parent's row is not found", arguments: TestServer.allCases)
  func beginning(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      let (old, own) = try (write(connection), write(connection))
      func beginning(_ parent: Manifest.Witness?) throws -> String? {
        var position = Manifest.Position(lsn: "0/0", timeline: 1, witness: parent)
        position.history = "before"
        return try History.beginning(after: position, own, on: connection)
      }
      #expect(try History.beginning(after: nil, own, on: connection) == own.id)
      #expect(try beginning(old) == "before")
      // A parent that could not write one proves neither.
      #expect(try beginning(nil) == "before")
      // As in a clone that the parent was not taken of.
      try connection.query("DELETE FROM drydock_witness.rows WHERE id = $1::uuid", [.text(old.id)])
      #expect(try beginning(old) == own.id)
    }
  }

  @Test(
    "A session that is read-only by default leaves one, and prunes; a role without DELETE too",
    arguments: TestServer.allCases
  )
  func reluctant(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      try connection.execute("SET default_transaction_read_only = on")
      let witness = try write(connection)
      #expect(try Witness.isConfirmed(witness, on: connection))
      let role = "dd_reluctant_\(String(UInt64.random(in: .min ... .max), radix: 36))"
      try connection.execute("SET default_transaction_read_only = off")
      try connection.execute(
        """
        CREATE ROLE \(role); GRANT USAGE ON SCHEMA drydock_witness TO \(role);
        GRANT SELECT, INSERT ON drydock_witness.rows TO \(role); SET ROLE \(role)
        """
      )
      #expect(try Witness.isConfirmed(write(connection), on: connection))
      try connection.execute("RESET ROLE; DROP OWNED BY \(role); DROP ROLE \(role)")
    }
  }

  @Test(
    "The newest 32 rows of a repository are kept, and all of another's",
    arguments: TestServer.allCases
  )
  func pruned(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      let other = try write(connection, "other")
      let witnesses = try (0..<40).map { _ in try write(connection) }
      let count = try connection.execute("SELECT count(*) FROM drydock_witness.rows").int
      #expect(count == 33)
      #expect(try Witness.isConfirmed(other, on: connection))
      #expect(try witnesses.suffix(32).allSatisfy { try Witness.isConfirmed($0, on: connection) })
      #expect(try !Witness.isConfirmed(witnesses[0], on: connection))
    }
  }

  @Test("A role that may make nothing leaves none, and says why", arguments: TestServer.allCases)
  func refused(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      let role = "dd_witness_\(String(UInt64.random(in: .min ... .max), radix: 36))"
      try connection.execute("CREATE ROLE \(role); SET ROLE \(role)")
      guard case .refused(let reason) = try Witness.write(on: connection, repository: "r") else {
        Issue.record("a role without a right wrote a witness")
        return
      }
      #expect(reason.contains("permission denied"))
      #expect(!connection.isInTransaction)
      try connection.execute("RESET ROLE; DROP ROLE \(role)")
    }
  }

  @Test(
    "A table that somebody else owns is never touched: its triggers would run with our rights",
    arguments: TestServer.allCases
  )
  func foreignTable(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      let role = "dd_foreign_\(String(UInt64.random(in: .min ... .max), radix: 36))"
      try connection.execute(
        """
        CREATE ROLE \(role); CREATE SCHEMA drydock_witness AUTHORIZATION \(role);
        CREATE TABLE public.ran (who text); GRANT ALL ON public.ran TO PUBLIC; SET ROLE \(role);
        CREATE TABLE drydock_witness.rows (id uuid PRIMARY KEY, repository text, written timestamptz);
        CREATE FUNCTION drydock_witness.attack() RETURNS trigger LANGUAGE plpgsql
          AS 'BEGIN INSERT INTO public.ran VALUES (current_user); RETURN new; END';
        CREATE TRIGGER attack BEFORE INSERT ON drydock_witness.rows FOR EACH ROW
          EXECUTE FUNCTION drydock_witness.attack();
        RESET ROLE
        """
      )
      guard case .refused(let reason) = try Witness.write(on: connection, repository: "r") else {
        Issue.record("a row was written into somebody else's table")
        return
      }
      #expect(reason.contains("drydock_witness.rows belongs to"))
      #expect(try connection.execute("SELECT count(*) FROM public.ran").int == 0)
      try connection.execute("DROP SCHEMA drydock_witness CASCADE; DROP ROLE \(role)")
    }
  }

  @Test(
    "A clone that keeps file nodes and LSNs has no row of the database that it replaces",
    arguments: TestServer.allCases
  )
  func fileCopyClone(server: TestServer) throws {
    let shared = try server.shared()
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    let (template, clone) = ("tpl_\(suffix)", "clone_\(suffix)")
    let maintenance = try Connection.open(shared.settings())
    try maintenance.execute("CREATE DATABASE \(template) TEMPLATE template0")
    try fill(shared.settings(database: template))
    try create(clone, from: template, on: maintenance, more: "")
    let oid =
      try maintenance.execute(
        "SELECT oid FROM pg_database WHERE datname = '\(clone)'"
      ).int ?? 0
    let (claim, witness) = try parent(shared.settings(database: clone))
    try maintenance.execute("DROP DATABASE \(clone) WITH (FORCE)")
    try create(clone, from: template, on: maintenance, more: "OID = \(oid)")
    try checkClone(shared.settings(database: clone), claim, witness)
    try maintenance.execute("DROP DATABASE \(clone) WITH (FORCE)")
    try maintenance.execute("DROP DATABASE \(template) WITH (FORCE)")
  }

  private func create(
    _ name: String,
    from template: String,
    on connection: Connection,
    more: String
  ) throws {
    try connection.execute(
      "CREATE DATABASE \(name) TEMPLATE \(template) STRATEGY = FILE_COPY \(more)"
    )
  }

  private func fill(_ settings: ConnectionSettings) throws {
    let connection = try Connection.open(settings)
    try connection.execute(
      """
      CREATE EXTENSION pageinspect; CREATE TABLE t (a int, s text);
      INSERT INTO t SELECT g, 'old' FROM generate_series(1, 1000) g
      """
    )
    try connection.execute("VACUUM FREEZE")
  }

  private func parent(
    _ settings: ConnectionSettings
  ) throws -> (PageRig.Claim, Manifest.Witness) {
    let rig = try PageRig(settings)
    try rig.connection.execute("UPDATE t SET s = 'new'")
    return (try rig.claim(), try write(rig.connection))
  }

  private func checkClone(
    _ settings: ConnectionSettings,
    _ claim: PageRig.Claim,
    _ witness: Manifest.Witness
  ) throws {
    let rig = try PageRig(settings)
    #expect(try !Witness.isConfirmed(witness, on: rig.connection))
    let answer = try rig.answer(rig.headers(), since: claim)
    #expect(answer == .pages(.empty))
    #expect(try rig.spliced(claim, answer) != rig.rows())
  }
}
