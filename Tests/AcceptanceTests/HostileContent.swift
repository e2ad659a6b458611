import Foundation
import Postgres
import TestSupport

/// A database whose objects all try to get out of the scratch that they are restored into.
///
/// Each that runs by itself calls `spy` with its name, which notes down whether it has power. On the
/// server of the test, which stands for production, they do nothing.
struct HostileContent {
  /// What a program makes that should never have run.
  let trace: String

  /// What runs when the snapshot is restored or a patch does something harmless, by name.
  static let traps = [
    "folded", "check", "separate check", "domain check", "generated column", "index",
    "materialised view",
    "event trigger", "operator", "foreign key", "default", "trigger", "definer",
  ]

  /// Notes down once for each name and power; tries a program whenever it has power.
  private var spy: String {
    """
    CREATE ROLE weak LOGIN;
    CREATE ROLE drydock_scratch_mole SUPERUSER;
    GRANT pg_execute_server_program, pg_read_server_files TO weak;
    GRANT pg_monitor TO postgres;
    GRANT ALL ON SCHEMA public TO weak;
    CREATE TABLE report (line text);
    ALTER TABLE report OWNER TO weak;
    GRANT ALL ON report TO PUBLIC;
    SET ROLE weak;
    CREATE FUNCTION note(trap text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
    AS $$ DECLARE seen text; BEGIN
      IF current_setting('max_connections') = '600' THEN RETURN; END IF;
      seen := trap || ': superuser ' || (SELECT rolsuper FROM pg_roles WHERE rolname = current_user);
      IF EXISTS (SELECT FROM public.report WHERE line = seen) THEN RETURN; END IF;
      INSERT INTO public.report VALUES (seen);
    END $$;
    CREATE FUNCTION spy(trap text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
    AS $$ BEGIN
      IF current_setting('max_connections') = '600' THEN RETURN; END IF;
      PERFORM public.note(trap);
      EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', 'touch \(trace)');
      INSERT INTO public.report VALUES (trap || ': PROGRAM RAN');
    EXCEPTION WHEN OTHERS THEN
      PERFORM public.note(trap);
    END $$;
    """
  }

  /// `pg_dump` keeps the second check apart from its table, because its function takes the table's rows.
  private static let rows = """
    CREATE FUNCTION fold(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
      BEGIN PERFORM public.spy('folded'); RETURN $1; END $$;
    CREATE TABLE z_folded (a int) PARTITION BY RANGE ((fold(1) + a));
    CREATE TABLE z_generated (a int, b int GENERATED ALWAYS AS (fold(2) + a) STORED);
    CREATE INDEX ON z_generated ((fold(3) + a)) WHERE fold(4) = a;
    CREATE STATISTICS folded_values ON (fold(5) + a), b FROM z_generated;
    CREATE FUNCTION ok(int) RETURNS bool LANGUAGE plpgsql AS $$
      BEGIN PERFORM public.spy('check'); RETURN true; END $$;
    CREATE TABLE checked (a int CHECK (ok(a)));
    INSERT INTO checked VALUES (1);
    CREATE TABLE whole (a int);
    INSERT INTO whole VALUES (1);
    CREATE FUNCTION whole_ok(whole) RETURNS bool LANGUAGE plpgsql AS $$
      BEGIN PERFORM public.spy('separate check'); RETURN true; END $$;
    ALTER TABLE whole ADD CONSTRAINT separate CHECK (whole_ok(whole));
    CREATE FUNCTION value_ok(int) RETURNS bool LANGUAGE plpgsql AS $$
      BEGIN PERFORM public.spy('domain check'); RETURN true; END $$;
    CREATE DOMAIN checked_value AS int CHECK (value_ok(VALUE));
    CREATE TABLE of_domain (a checked_value);
    INSERT INTO of_domain VALUES (1);
    CREATE FUNCTION generate(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
      BEGIN PERFORM public.spy('generated column'); RETURN $1; END $$;
    CREATE TABLE generated (a int, b int GENERATED ALWAYS AS (generate(a)) STORED);
    INSERT INTO generated VALUES (1);
    CREATE FUNCTION entry(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
      BEGIN PERFORM public.spy('index'); RETURN $1; END $$;
    CREATE TABLE indexed (a int);
    INSERT INTO indexed VALUES (1);
    CREATE INDEX ON indexed (entry(a));
    CREATE FUNCTION view_row() RETURNS int LANGUAGE plpgsql AS $$
      BEGIN PERFORM public.spy('materialised view'); RETURN 1; END $$;
    CREATE MATERIALIZED VIEW filled AS SELECT view_row();
    CREATE FUNCTION default_value() RETURNS int LANGUAGE plpgsql AS $$
      BEGIN PERFORM public.spy('default'); RETURN 1; END $$;
    CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM public.spy('trigger'); RETURN NEW; END $$;
    CREATE TABLE written (a int, b int DEFAULT default_value());
    INSERT INTO written VALUES (1, 1);
    CREATE TRIGGER fires BEFORE INSERT ON written FOR EACH ROW EXECUTE FUNCTION fire();
    """

  /// A type whose equality is somebody's function, as a foreign key compares it.
  ///
  /// It only notes: what an index calls may fail nowhere, not even to try again.
  private static let foreignKey = """
    RESET ROLE;
    CREATE TYPE pair AS (a int);
    CREATE FUNCTION pair_order(pair, pair) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
      BEGIN PERFORM public.note('foreign key'); RETURN pg_catalog.btint4cmp($1.a, $2.a); END $$;
    \([("<", "below"), ("<=", "most"), ("=", "same"), (">=", "least"), (">", "above")].map {
      """
      CREATE FUNCTION pair_\($1)(pair, pair) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$
        BEGIN PERFORM public.note('foreign key'); RETURN $1.a OPERATOR(pg_catalog.\($0)) $2.a; END $$;
      CREATE OPERATOR \($0) (FUNCTION = pair_\($1), LEFTARG = pair, RIGHTARG = pair);
      """
    }.joined(separator: "\n"))
    CREATE OPERATOR CLASS pair_order DEFAULT FOR TYPE pair USING btree AS OPERATOR 1 <, OPERATOR 2 <=,
      OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 pair_order(pair, pair);
    CREATE TABLE pairs (p pair PRIMARY KEY);
    INSERT INTO pairs VALUES (ROW(1));
    CREATE TABLE of_pairs (p pair REFERENCES pairs);
    INSERT INTO of_pairs VALUES (ROW(1));
    """

  /// What runs as whoever changes the schema, or calls an operator without its schema.
  private static let surroundings = """
    CREATE FUNCTION seen() RETURNS event_trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM public.spy('event trigger'); END $$;
    CREATE EVENT TRIGGER at_start ON ddl_command_start EXECUTE FUNCTION seen();
    CREATE EVENT TRIGGER at_end ON ddl_command_end EXECUTE FUNCTION seen();
    ALTER EVENT TRIGGER at_end ENABLE ALWAYS;
    CREATE EVENT TRIGGER at_drop ON sql_drop EXECUTE FUNCTION seen();
    ALTER EVENT TRIGGER at_drop ENABLE REPLICA;
    CREATE FUNCTION definer() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
      BEGIN PERFORM public.spy('definer'); END $$;
    ALTER FUNCTION definer() OWNER TO drydock_scratch_mole;
    CREATE SCHEMA evil;
    GRANT USAGE ON SCHEMA evil TO PUBLIC;
    \(["name", "oid", "text"].map {
      """
      CREATE FUNCTION evil.same(\($0), \($0)) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$
        BEGIN PERFORM public.spy('operator'); RETURN $1 OPERATOR(pg_catalog.=) $2; END $$;
      CREATE OPERATOR evil.= (FUNCTION = evil.same, LEFTARG = \($0), RIGHTARG = \($0));
      """
    }.joined(separator: "\n"))
    """

  /// What reads files and programs and reaches other servers, and what is left for everybody to call.
  private var outside: String {
    """
    CREATE EXTENSION file_fdw;
    CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
    CREATE FOREIGN TABLE program (line text) SERVER files OPTIONS (program 'touch \(trace); id');
    CREATE FOREIGN TABLE users (line text) SERVER files OPTIONS (filename '/etc/passwd');
    GRANT ALL ON program, users TO PUBLIC;
    CREATE EXTENSION dblink;
    GRANT EXECUTE ON FUNCTION dblink_connect_u(text), dblink_connect_u(text, text) TO PUBLIC;
    CREATE EXTENSION postgres_fdw;
    GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO PUBLIC;
    CREATE SERVER remote FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', dbname 'x');
    GRANT USAGE ON FOREIGN SERVER remote TO PUBLIC;
    CREATE USER MAPPING FOR PUBLIC SERVER remote OPTIONS (user 'u', password '\(Self.secret)');
    CREATE FOREIGN TABLE far (a int) SERVER remote;
    CREATE SUBSCRIPTION feed CONNECTION 'host=127.0.0.1 password=\(Self.secret)' PUBLICATION p
      WITH (connect = false);
    CREATE FUNCTION import(text) RETURNS oid LANGUAGE internal STRICT AS 'be_lo_import';
    CREATE SCHEMA cron;
    CREATE TABLE cron.job (schedule text, command text);
    INSERT INTO cron.job VALUES ('* * * * *', $$COPY (SELECT 1) TO PROGRAM 'touch \(trace)'$$);
    """
  }

  /// The password of the user mapping and of the subscription.
  static let secret = "mapped-never-leaks"

  /// Fills a database that has a server for itself.
  func fill(_ database: ConnectionSettings, on server: TestServer) throws {
    let connection = try Connection.open(database)
    for part in [spy, Self.rows, Self.foreignKey, Self.surroundings, outside] {
      try connection.execute(part)
    }
    if server == .v18 {
      try connection.execute("GRANT pg_create_subscription TO postgres")
      try connection.execute("CREATE EVENT TRIGGER at_login ON login EXECUTE FUNCTION seen()")
    }
    let name = SQL.identifier(database.keywords["dbname"] ?? "")
    try connection.execute(
      "ALTER DATABASE \(name) SET search_path = evil, pg_catalog, public"
    )
  }
}
