import Cluster
import Postgres
import TestSupport
import Testing

/// A managed server, as RDS is: who works on it may make roles and databases and is not superuser;
/// extensions, event triggers and what belongs to other teams are somebody else's.
@Suite("A managed server")
struct ManagedServerTests {
  /// The names of one test's roles; roles are of the whole server, which tests share.
  private struct Roles {
    let admin: String
    let app: String
    let other: String

    init() {
      let end = String(UInt64.random(in: .min ... .max), radix: 36)
      (admin, app, other) = ("admin_\(end)", "app_\(end)", "other_\(end)")
    }

    var creation: String {
      """
      CREATE ROLE \(admin) LOGIN CREATEROLE CREATEDB; CREATE ROLE \(other);
      CREATE ROLE \(app) LOGIN; GRANT \(app) TO \(admin);
      """
    }
  }

  /// What a superuser made for the shop, and the shop's own.
  private static func definition(_ roles: Roles, _ database: String) -> String {
    """
    \(roles.creation)
    ALTER DATABASE \(database) OWNER TO \(roles.admin);
    CREATE EXTENSION pg_trgm; CREATE EXTENSION pageinspect;
    CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
    CREATE EVENT TRIGGER watch_\(roles.admin) ON ddl_command_end EXECUTE FUNCTION watch();
    CREATE SCHEMA shop AUTHORIZATION \(roles.app);
    CREATE TABLE shop.item (id serial PRIMARY KEY, name text);
    CREATE INDEX item_name ON shop.item USING gin (name gin_trgm_ops);
    INSERT INTO shop.item (name) SELECT 'item ' || i FROM generate_series(1, 300) i;
    ALTER TABLE shop.item OWNER TO \(roles.app);
    CREATE TABLE shop.own (id int); ALTER TABLE shop.own OWNER TO \(roles.admin);
    CREATE VIEW shop.names AS SELECT name FROM shop.item;
    ALTER VIEW shop.names OWNER TO \(roles.other);
    GRANT SELECT ON shop.names TO \(roles.admin); GRANT USAGE ON SCHEMA shop TO \(roles.other);
    CREATE PUBLICATION everything FOR ALL TABLES; CREATE PUBLICATION chosen FOR TABLE shop.item;
    ALTER DEFAULT PRIVILEGES FOR ROLE \(roles.other) GRANT SELECT ON TABLES TO \(roles.admin);
    ALTER DATABASE \(database) SET log_min_duration_statement = 500;
    ALTER DATABASE \(database) SET work_mem = '7MB';
    """
  }

  /// What cannot come along, as the list must name it; exactly these.
  private static func omissions(_ roles: Roles, extensionsAreThere: Bool) -> [String] {
    let comments = ["comment on EXTENSION pageinspect", "comment on EXTENSION pg_trgm"]
    return [
      "event trigger watch_\(roles.admin)", "publication everything",
      "default acl DEFAULT PRIVILEGES FOR TABLES", "the owner of view names",
      "the owner of function watch()", "the owner of publication chosen",
    ] + (extensionsAreThere ? comments : ["extension pageinspect", comments[0]])
  }

  @Test(
    "Takes a snapshot and restores it, and lists what stays away",
    arguments: TestServer.either()
  )
  func restore(server: TestServer) throws {
    try withShop(on: server) { shop in
      // Into a database that an administrator has prepared with the extensions.
      try withDatabase(on: server) { target in
        let name = target.keywords["dbname"] ?? ""
        try Connection.open(target).execute(
          """
          ALTER DATABASE \(name) OWNER TO \(shop.roles.admin);
          CREATE EXTENSION pg_trgm; CREATE EXTENSION pageinspect
          """
        )
        let words = ["restore", "latest", "--into", shop.asAdmin(target).argument]
        let run = try shop.user.run(words + ["--json"])
        #expect(run.code == 7, "\(run)")
        try shop.expect(run, Self.omissions(shop.roles, extensionsAreThere: true))
        try shop.expectContent(of: target)
      }
    }
  }

  @Test("Restores into a database of its own making", arguments: TestServer.either())
  func newDatabase(server: TestServer) throws {
    try withShop(on: server) { shop in
      let name = "\(shop.database.keywords["dbname"] ?? "")_new"
      let maintenance = shop.asAdmin(shop.database.database("postgres"))
      let run = try shop.user.run([
        "restore", "latest", "--into", maintenance.argument, "--as", name, "--json",
      ])
      #expect(run.code == 7, "\(run)")
      let settings = ["of the database's properties: ALTER DATABASE \"\(name)\" SET log_min"]
      try shop.expect(run, settings + Self.omissions(shop.roles, extensionsAreThere: false))
      let copy = shop.database.database(name)
      try shop.expectContent(of: copy)
      let connection = try Connection.open(copy)
      #expect(try connection.execute("SHOW work_mem").value == "7MB")
      try Connection.open(shop.database).execute("DROP DATABASE \(name) WITH (FORCE)")
    }
  }

  @Test(
    "Roles that are missing are created, as far as the role may, and own what was theirs",
    arguments: TestServer.either()
  )
  func missingRoles(server: TestServer) throws {
    try withShop(on: server) { shop in
      let (app, other) = ("new_\(shop.roles.app)", "new_\(shop.roles.other)")
      try withDatabase(on: server) { target in
        let name = target.keywords["dbname"] ?? ""
        try Connection.open(target).execute(
          "ALTER DATABASE \(name) OWNER TO \(shop.roles.admin); CREATE EXTENSION pageinspect"
        )
        let words = ["restore", "latest", "--into", shop.asAdmin(target).argument, "--with-roles"]
        let maps = [
          "--map-role", "\(shop.roles.app)=\(app)", "--map-role", "\(shop.roles.other)=\(other)",
        ]
        let run = try shop.user.run(words + maps)
        #expect(run.code == 7 && run.errors.contains("created roles: "), "\(run)")
        #expect(run.output.contains("passwords of roles"), "\(run)")
        let connection = try Connection.open(target)
        let owner = "SELECT relowner::regrole FROM pg_class WHERE oid = 'shop.item'::regclass"
        #expect(try connection.execute(owner).value == app)
        let login = "SELECT string_agg(rolcanlogin::text, ' ' ORDER BY rolname) FROM pg_roles"
        let list = "('\(app)', '\(other)')"
        #expect(
          try connection.execute("\(login) WHERE rolname IN \(list)").value == "true false"
        )
      }
      try Connection.open(shop.database).execute("DROP ROLE \(app), \(other)")
    }
  }

  @Test("Rehearses, migrates, asks and verifies", arguments: TestServer.either())
  func migrate(server: TestServer) throws {
    try withShopAlone(on: server) { shop in
      try shop.user.write(
        patch: "0001_price.sql",
        "SET LOCAL ROLE \(shop.roles.app);\nALTER TABLE shop.item ADD COLUMN price int;\n"
      )
      let words = ["--database", shop.asAdmin(shop.database).argument]
      try shop.user.run(["rehearse"] + words).require(0)
      try shop.user.run(["migrate"] + words).require(0)
      let asked = try shop.user.run(["query", "latest", "SELECT count(*) FROM shop.item", "--csv"])
      #expect(asked.code == 0 && asked.output == "count\n300\n", "\(asked)")
      let proof = try shop.user.run(["verify", "latest", "--level", "3"])
      #expect(proof.code == 0, "\(proof)")
      let price = "SELECT count(price) FROM shop.item"
      #expect(try Connection.open(shop.database).execute(price).int == 0)
    }
  }

  @Test("Brings one table back beside the live one", arguments: TestServer.either())
  func beside(server: TestServer) throws {
    try withShop(on: server) { shop in
      let run = try shop.user.run([
        "restore", "latest", "--into", shop.asAdmin(shop.database).argument, "--table",
        "shop.item", "--rename", "item_then",
      ])
      #expect(run.code == 7 && run.output.contains("publication chosen of shop.item"), "\(run)")
      let sum = "SELECT count(*) FROM shop.item_then WHERE name = 'item ' || id"
      #expect(try Connection.open(shop.database).execute(sum).int == 300)
    }
  }

  /// A shop on a managed server, and a snapshot that its administrator took.
  private struct Shop {
    let database: ConnectionSettings
    let roles: Roles
    let user: Drydock

    func asAdmin(_ settings: ConnectionSettings) -> ConnectionSettings {
      settings.with("user", roles.admin)
    }

    /// What `restore --json` ends with.
    private struct Result: Decodable {
      let omissions: [String]
    }

    func expect(
      _ run: Run,
      _ expected: [String],
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let found = try run.result(Result.self).omissions
      for each in expected {
        #expect(
          found.contains { $0.hasPrefix(each) },
          "no \(each) in \(found.joined(separator: "\n"))",
          sourceLocation: sourceLocation
        )
      }
      let more = found.filter { text in !expected.contains { text.hasPrefix($0) } }
      #expect(more == [], "more than expected", sourceLocation: sourceLocation)
    }

    func expectContent(
      of settings: ConnectionSettings,
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let connection = try Connection.open(settings)
      let names = "SELECT count(*) FROM shop.names WHERE name LIKE 'item %'"
      #expect(try connection.execute(names).int == 300, sourceLocation: sourceLocation)
      let owner = "SELECT relowner::regrole FROM pg_class WHERE oid = 'shop.item'::regclass"
      #expect(try connection.execute(owner).value == roles.app, sourceLocation: sourceLocation)
      let some = "SELECT string_agg(pubname, ' ') FROM pg_publication"
      #expect(try connection.execute(some).value == "chosen", sourceLocation: sourceLocation)
    }
  }

  private func withShop(on server: TestServer, _ body: (Shop) throws -> Void) throws {
    try withDatabase(on: server) { database in
      let shop = try shop(in: database, on: server)
      try body(shop)
      let roles = shop.roles
      try Connection.open(database).execute(
        """
        DROP OWNED BY \(roles.other), \(roles.app) CASCADE;
        ALTER DATABASE \(database.keywords["dbname"] ?? "") OWNER TO postgres;
        DROP OWNED BY \(roles.admin) CASCADE; DROP ROLE \(roles.admin), \(roles.app), \(roles.other)
        """
      )
    }
  }

  /// A shop on a server of its own, where nobody else changes roles meanwhile.
  private func withShopAlone(on server: TestServer, _ body: (Shop) throws -> Void) throws {
    let own = try ScratchServer.start(try server.options())
    do {
      try Connection.open(own.settings()).execute("CREATE DATABASE shop TEMPLATE template0")
      try body(try shop(in: own.settings(database: "shop"), on: server))
    } catch {
      // The test's own failure is the one to report.
      try? own.remove()
      throw error
    }
    try own.remove()
  }

  private func shop(in database: ConnectionSettings, on server: TestServer) throws -> Shop {
    let roles = Roles()
    try Connection.open(database).execute(
      Self.definition(roles, database.keywords["dbname"] ?? "")
    )
    let shop = Shop(database: database, roles: roles, user: try Drydock(on: server))
    try shop.user.run(["backup", shop.asAdmin(database).argument]).require(0)
    return shop
  }
}
