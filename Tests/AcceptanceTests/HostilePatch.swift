import Postgres
import TestSupport

/// What a patch tries by itself on the scratch, hidden from whoever reads its statements.
struct HostilePatch {
  /// One attempt: what it is after, and the statement.
  typealias Attempt = (name: String, sql: String)

  /// The socket of the server that stands for production, where everybody is let in.
  let production: String
  /// Where something listens on this machine.
  let port: Int
  /// What a program makes that should never have run.
  let trace: String

  /// All of them.
  var attempts: [Attempt] { power + files + servers }

  private var power: [Attempt] {
    let join =
      "BEGIN EXECUTE 'GRANT pg_execute_server_program TO ' || current_user;"
      + " EXCEPTION WHEN OTHERS THEN NULL; END;"
    return [
      ("superuser", "ALTER ROLE postgres SUPERUSER"),
      ("administrator", "SET LOCAL ROLE drydock_scratch_administrator"),
      ("session", "SET LOCAL SESSION AUTHORIZATION drydock_scratch_administrator"),
      ("program", "COPY (SELECT 1) TO PROGRAM 'touch \(trace)'"),
      (
        "program for members",
        "DO $do$ BEGIN \(join) COPY (SELECT 1) TO PROGRAM 'touch \(trace)'; END $do$"
      ),
      ("settings now", "SELECT pg_catalog.pg_reload_conf()"),
      ("library", "LOAD 'auto_explain'"),
      ("C", "CREATE FUNCTION c() RETURNS int AS '$libdir/dblink', 'dblink_open' LANGUAGE c"),
    ]
  }

  private var files: [Attempt] {
    [
      ("file", "SELECT pg_catalog.pg_read_file('/etc/passwd')"),
      ("environment", "SELECT pg_catalog.pg_read_file('/proc/self/environ')"),
      ("copied file", "COPY public.report FROM '/etc/passwd'"),
      ("written file", "COPY public.report TO '\(trace)'"),
      ("imported file", "SELECT pg_catalog.lo_import('/etc/passwd')"),
      ("imported by another name", "SELECT public.import('/etc/passwd')"),
      ("foreign program", "SELECT * FROM public.program"),
      ("foreign file", "SELECT * FROM public.users"),
      (
        "new foreign program",
        "CREATE FOREIGN TABLE public.p (a text) SERVER files OPTIONS (program 'touch \(trace)')"
      ),
    ]
  }

  private var servers: [Attempt] {
    [
      ("foreign server", "SELECT * FROM public.far"),
      ("foreign secrets", "SELECT umoptions[1]::int FROM pg_catalog.pg_user_mapping"),
      (
        "mapping of its own",
        """
        DO $do$ BEGIN
          CREATE SERVER own FOREIGN DATA WRAPPER postgres_fdw
            OPTIONS (host '\(production)', dbname 'prod');
          CREATE USER MAPPING FOR CURRENT_USER SERVER own OPTIONS (user 'postgres', password 'x');
          CREATE FOREIGN TABLE public.own (line text) SERVER own OPTIONS (table_name 'report');
          PERFORM FROM public.own;
        END $do$
        """
      ),
      (
        "link to production",
        "SELECT public.dblink_connect_u('host=\(production) user=postgres dbname=prod')"
      ),
      (
        "link with a password",
        "SELECT public.dblink_connect('host=\(production) user=postgres dbname=prod password=x')"
      ),
      (
        "network",
        "SELECT public.dblink_connect('host=127.0.0.1 port=\(port) user=u dbname=d password=x')"
      ),
      (
        "subscription",
        """
        CREATE SUBSCRIPTION own CONNECTION 'host=127.0.0.1 password=x' PUBLICATION p
        WITH (connect = false)
        """
      ),
    ]
  }

  /// The patch: each attempt by itself, and in the end everything that was seen, as an error.
  var text: String {
    let calls = attempts.map {
      "SELECT public.attempt(\(SQL.literal($0.name)), \(SQL.literal($0.sql)));\n"
    }
    return """
      CREATE FUNCTION public.attempt(name text, statement text) RETURNS void LANGUAGE plpgsql AS $$
      DECLARE detail text;
      BEGIN
        EXECUTE statement;
        INSERT INTO public.report VALUES (name || ' is DONE');
      EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
        INSERT INTO public.report
        VALUES (name || ' is refused: ' || translate(SQLERRM || ' ' || detail, '"|', ''));
      END $$;
      \(calls.joined())
      \(Self.tell)
      """
  }

  /// Touches what waits for somebody to do so, and tells everything that was noted down.
  static let tell = """
    INSERT INTO public.written (a) VALUES (2);
    SELECT public.definer();
    INSERT INTO public.report SELECT 'subscriptions: ' || count(*) FROM pg_catalog.pg_subscription;
    INSERT INTO public.report SELECT 'mappings: ' || count(*) FROM pg_catalog.pg_user_mappings;
    INSERT INTO public.report SELECT 'jobs: ' || count(*) FROM cron.job;
    INSERT INTO public.report SELECT 'libraries: ' || current_setting('shared_preload_libraries');
    DO $$ BEGIN
      RAISE EXCEPTION 'spied: %|', (SELECT string_agg(line, '|' ORDER BY line) FROM public.report);
    END $$;
    """
}
