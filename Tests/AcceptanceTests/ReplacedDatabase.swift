import Postgres
import TestSupport

/// A whole database, with all that hangs on its name, that is replaced again and again.
struct ReplacedDatabase: ReplacedTarget {
  private static let name = "orders"

  let server: ReplacedServer
  let words: [String] = []
  let snapshot: String

  var settings: ConnectionSettings { server.settings(Self.name) }

  init() throws {
    server = try ReplacedServer()
    try server.sql("CREATE ROLE keeper; CREATE ROLE clerk")
    try server.sql("CREATE DATABASE orders OWNER keeper CONNECTION LIMIT 41")
    try server.sql(
      """
      COMMENT ON DATABASE orders IS 'all orders';
      REVOKE ALL ON DATABASE orders FROM PUBLIC;
      GRANT CONNECT ON DATABASE orders TO clerk;
      ALTER DATABASE orders SET work_mem = '5MB';
      ALTER ROLE clerk IN DATABASE orders SET statement_timeout = '7s'
      """
    )
    try server.sql(
      """
      CREATE TABLE marker AS SELECT 'snapshot' AS state;
      CREATE TABLE item (id serial PRIMARY KEY, x text);
      INSERT INTO item (x) SELECT 'x' || i FROM generate_series(1, 300) i;
      CREATE MATERIALIZED VIEW number AS SELECT count(*) FROM item;
      SELECT lo_from_bytea(70005, 'content')
      """,
      in: Self.name
    )
    snapshot = try server.user.backup(server.settings(Self.name)).snapshot
  }

  func setLive(_ state: String) throws {
    try server.sql("UPDATE marker SET state = '\(state)'", in: Self.name)
  }

  func state() throws -> String? {
    try server.sql("SELECT state FROM marker", in: Self.name).value
  }

  func surroundings() throws -> String {
    try server.sql(
      """
      SELECT format('%s, limit %s, comment %s, rights %s, settings %s',
        pg_get_userbyid(datdba), datconnlimit,
        split_part(shobj_description(oid, 'pg_database'), E'\\n', 1),
        (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(datacl) a),
        (SELECT string_agg(setrole::regrole || ' ' || setconfig::text, ' ' ORDER BY setrole)
          FROM pg_db_role_setting WHERE setdatabase = d.oid))
      FROM pg_database d WHERE datname = 'orders'
      """
    ).value ?? ""
  }

  func clear() throws {
    let copies = try server.sql(
      "SELECT datname FROM pg_database WHERE datname LIKE 'orders\\_\\_dd\\_%'"
    ).map { $0.string("datname") }
    for copy in copies { try server.sql("DROP DATABASE \(copy) WITH (FORCE)") }
    try server.sql("COMMENT ON DATABASE orders IS 'all orders'")
  }
}
