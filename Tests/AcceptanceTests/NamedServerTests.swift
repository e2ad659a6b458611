import Foundation
import Postgres
import TestSupport
import Testing

@Suite("A rehearsal on a server that the user names", .serialized)
struct NamedServerTests {
  @Test(
    "It is as good as one of Drydock's own, its receipt lets migrate, and nothing is left there",
    arguments: TestServer.either()
  )
  func whole(version: TestServer) throws {
    // What its administrator set for sessions there is not production's.
    let server = try RehearsalServer(
      on: version,
      ["search_path": "nowhere", "DateStyle": "German"]
    )
    try withDatabase(on: version) { database in
      let shop = try NamedServerShop(database, on: version, server)
      try shop.user.write(
        patch: "0001_price.sql",
        "ALTER TABLE item ADD COLUMN price int; UPDATE item SET price = id;\n"
      )
      try shop.user.write(patch: "0001_price.undo.sql", "ALTER TABLE item DROP COLUMN price;\n")
      try shop.user.write(
        patch: "0001_price.verify.sql",
        """
        SELECT 1 / (sum(price) = 5050)::int FROM item;
        SELECT 1 / (current_database() = '\(shop.name)' AND current_user = '\(shop.role)')::int;
        SELECT 1 / (current_setting('DateStyle') = 'ISO, MDY')::int;
        SELECT 1 / (NOT rolsuper AND NOT rolcreaterole AND NOT rolcreatedb)::int
          FROM pg_roles WHERE rolname = current_user;
        SELECT 1 / (NOT pg_has_role('pg_signal_backend', 'MEMBER'))::int;
        SELECT 1 / (NOT pg_has_role('pg_read_server_files', 'MEMBER'))::int;

        """
      )
      let run = try shop.run("rehearse", ["--json"])
      #expect(run.code == 0, "\(run)")
      let host = try #require(server.address().keywords["host"])
      #expect(run.output.contains(#""scratch_server":"\#(host):5432""#), "\(run)")
      #expect(try server.inventory() == shop.before)
      let shown = try shop.run("rehearse")
      #expect(shown.errors.contains("warning: the scratch is on"), "\(shown)")
      #expect(shown.output.contains("on \(host):5432, which was named for it"), "\(shown)")
      let receipt = try #require(shown.output.firstMatch(of: /Receipt ([0-9a-f]+)/)?.1)
      let receipts = try shop.user.run(["receipts", "show", String(receipt)]).require(0)
      #expect(receipts.output.contains("\(host):5432"), "\(receipts)")
      // In production the verify script would fail at what a rehearsal must not have.
      try shop.user.write(patch: "0001_price.verify.sql", "SELECT 1;\n")
      try shop.run("rehearse").require(0)
      let migrate = ["migrate", "--database", shop.migrator.argument]
      try shop.user.run(migrate).require(0)
      #expect(try Connection.open(database).execute("SELECT sum(price) FROM item").int == 5050)
      #expect(try server.inventory() == shop.before)
      #expect(try shop.user.leftovers() == [])
      try shop.tidy()
    }
  }

  @Test("A gate does not begin on it unless that was accepted")
  func gate() throws {
    let server = try RehearsalServer(on: .v15)
    try withDatabase(on: .v15) { database in
      let shop = try NamedServerShop(database, on: .v15, server)
      try shop.user.write(patch: "0001_a.sql", "CREATE TABLE a (i int);\n")
      let refused = try shop.run("gate")
      #expect(refused.code == 3, "\(refused)")
      #expect(refused.errors.contains("which nobody keeps apart"), "\(refused)")
      #expect(refused.errors.contains("--unsafe-scratch"), "\(refused)")
      #expect(!refused.errors.contains("restoring"), "\(refused)")
      let accepted = try shop.run("gate", ["--unsafe-scratch"])
      #expect(accepted.code == 0, "\(accepted)")
      // The environment names it too, and may hold what an argument must not.
      let address = server.address().argument + " password=never-shown"
      let words = ["gate", "--database", shop.migrator.argument]
      let variables = ["DRYDOCK_SCRATCH_SERVER": address]
      #expect(try shop.user.run(words, variables, secrets: ["never-shown"]).code == 3)
      try shop.user.run(words + ["--unsafe-scratch"], variables, secrets: ["never-shown"])
        .require(0)
      try shop.user.run(words + ["--scratch-server", "own"], variables).require(0)
      let argument = try shop.user.run(words + ["--scratch-server", address])
      #expect(argument.code == 2, "\(argument)")
      #expect(argument.errors.contains("carries a password"), "\(argument)")
      #expect(try server.inventory() == shop.before)
      try shop.tidy()
    }
  }

  @Test("Strangers' code finds no superuser, no program, no file and no role to make")
  func hostile() throws {
    let server = try RehearsalServer(on: .v15)
    try withDatabase(on: .v15) { database in
      let shop = try NamedServerShop(database, on: .v15, server, Self.trap)
      // A foreign table of file_fdw starts a program for whoever may read it.
      let attempts = [
        "SELECT line FROM program", "SELECT pg_read_file('/etc/passwd')", "CREATE ROLE mine",
        "COPY (SELECT 1) TO PROGRAM 'true'", "CREATE DATABASE mine", "SELECT seen FROM report",
      ]
      for attempt in attempts {
        try shop.user.write(
          patch: "0001_try.sql",
          "DO $$ BEGIN EXECUTE \(SQL.literal(attempt)); END $$;\n"
        )
        let run = try shop.run("rehearse")
        // The view was filled while the snapshot was restored: it holds what its function met.
        let isFilled = attempt.contains("report")
        #expect(run.code == (isFilled ? 0 : 5), "\(attempt): \(run)")
      }
      try shop.user.write(
        patch: "0001_try.sql",
        "DO $$ BEGIN RAISE EXCEPTION 'spied %', (SELECT string_agg(seen, '|') FROM report); END $$;\n"
      )
      let told = try shop.run("rehearse")
      #expect(told.output.contains("has no handler"), "\(told)")
      // Checks that are added after the rows, and event triggers, met nobody with power.
      try shop.user.write(
        patch: "0001_try.sql",
        "DO $$ BEGIN RAISE EXCEPTION 'met %', (SELECT array_agg(what) FROM met); END $$;\n"
      )
      let met = try shop.run("rehearse")
      #expect(met.output.contains("met <NULL>"), "\(met)")
      // On a server of Drydock's own no check meets a superuser either.
      let own = try shop.user.run(["rehearse", "--database", shop.migrator.argument])
      #expect(own.output.contains("met "), "\(own)")
      #expect(!own.output.contains("check as superuser"), "\(own)")
      #expect(!told.output.contains("REACHED"), "\(told)")
      #expect(try server.inventory() == shop.before)
      try Connection.open(database).execute("DROP EXTENSION file_fdw CASCADE")
      try shop.tidy()
    }
  }

  private static let trap = """
    CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
    CREATE FOREIGN TABLE program (line text) SERVER files OPTIONS (program 'echo REACHED');
    GRANT SELECT ON program TO PUBLIC;
    CREATE FUNCTION spy() RETURNS text LANGUAGE plpgsql AS $$
    BEGIN
      RETURN (SELECT string_agg(line, ' ') FROM public.program);
    EXCEPTION WHEN OTHERS THEN RETURN SQLERRM; END $$;
    CREATE TABLE met (what text); GRANT ALL ON met TO PUBLIC;
    CREATE FUNCTION note(what text) RETURNS bool LANGUAGE plpgsql AS $$
    BEGIN
      IF current_user <> 'postgres' AND (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
      THEN INSERT INTO public.met VALUES (what || ' as superuser'); END IF;
      RETURN true;
    END $$;
    CREATE TABLE looped (i int); INSERT INTO looped VALUES (1);
    CREATE FUNCTION looped_ok(looped) RETURNS bool LANGUAGE sql AS $$ SELECT public.note('check') $$;
    ALTER TABLE looped ADD CHECK (looped_ok(looped.*));
    CREATE FUNCTION noted() RETURNS event_trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM public.note('trigger'); END $$;
    CREATE EVENT TRIGGER watching ON ddl_command_end EXECUTE FUNCTION noted();
    CREATE MATERIALIZED VIEW report AS SELECT spy() AS seen;
    GRANT SELECT ON report TO PUBLIC;
    """
}
