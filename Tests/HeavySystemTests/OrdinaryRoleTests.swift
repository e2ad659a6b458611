import Files
import Foundation
import Postgres
import TestSupport
import Testing

@Suite("Antares3: set up on a server where nobody is superuser", .serialized)
struct OrdinaryRoleTests: SystemScenario {
  enum Feature: CaseIterable {
    /// Before: `.pgpass` is copied as it comes, with mode 0644.
    case passwordFile
    /// Before: `pg_restore` as a role to which the owners of the original mean nothing.
    case map
    /// Before: whoever sets up is told to run `CREATE EXTENSION`, and may not.
    case extensionByTheProvider
    /// Before: `psql -f`, where `SET LOCAL ROLE` is without effect.
    case transaction
  }

  enum Check: CaseIterable {
    case cubeIsThere
    case ownersAreTheTestTeam
    case viewOfTheExtensionIsThere
    case newTableBelongsToTheTeam
  }

  static func broken(without feature: Feature) -> Set<Check> {
    switch feature {
    case .passwordFile, .extensionByTheProvider: Set(Check.allCases)
    case .map: [.ownersAreTheTestTeam, .newTableBelongsToTheTeam]
    case .transaction: [.newTableBelongsToTheTeam]
    }
  }

  @Test(
    "A blank host and user, a password file, an extension of the provider's: all is there, and the team's",
    arguments: cases
  )
  func setUp(_ scenario: ScenarioCase<Feature>) throws { try Self.expect(scenario) }

  @Test("Each check can fail")
  func checks() { Self.expectEachCheckCanFail() }

  /// What the provider makes: an administrator who is no superuser, two teams, and their databases.
  ///
  /// `pageinspect` is an extension that only a superuser can create, as PostGIS is.
  private static func provider(_ current: String) -> String {
    """
    CREATE ROLE rds_superuser CREATEROLE CREATEDB;
    CREATE ROLE test_superuser CREATEROLE CREATEDB;
    CREATE ROLE cube LOGIN PASSWORD 'cube-secret' IN ROLE rds_superuser;
    CREATE ROLE tester LOGIN PASSWORD 'tester-secret' IN ROLE test_superuser;
    CREATE ROLE \(SQL.identifier(current)) LOGIN IN ROLE rds_superuser, pg_read_all_data;
    CREATE DATABASE cube OWNER cube TEMPLATE template0;
    CREATE DATABASE cube_test OWNER tester TEMPLATE template0;
    GRANT CREATE ON DATABASE cube_test TO test_superuser;
    COPY (SELECT unnest(ARRAY['local all cube,tester scram-sha-256', 'local all all trust'])) TO
    """
  }

  private static let cube = """
    CREATE SCHEMA agdc AUTHORIZATION rds_superuser;
    SET ROLE rds_superuser;
    CREATE TABLE agdc.dataset (id serial PRIMARY KEY, name text NOT NULL, footprint public.hstore);
    INSERT INTO agdc.dataset (name, footprint) SELECT 'scene ' || i, hstore('tile', i::text)
    FROM generate_series(1, 500) i;
    CREATE VIEW agdc.pages AS SELECT pagesize FROM public.page_header(NULL::bytea);
    RESET ROLE;
    CREATE TABLE agdc.job (id int PRIMARY KEY); ALTER TABLE agdc.job OWNER TO cube;
    INSERT INTO agdc.job SELECT generate_series(1, 20);
    """

  static func run(without feature: Feature?, on version: TestServer) throws -> Findings<Check> {
    let server = try OwnServer(on: version)
    let admin = try Connection.open(server.settings())
    let file = try admin.execute("SHOW hba_file").value ?? ""
    for statement in provider(NSUserName()).split(separator: ";") {
      try admin.execute(
        statement.contains("COPY") ? statement + " " + SQL.literal(file) : String(statement)
      )
    }
    try admin.execute("SELECT pg_reload_conf()")
    let cube = try Connection.open(server.settings("cube"))
    try cube.execute("CREATE EXTENSION hstore; CREATE EXTENSION pageinspect")
    try cube.execute(Self.cube)
    if feature != .extensionByTheProvider {
      try Connection.open(server.settings("cube_test")).execute("CREATE EXTENSION pageinspect")
    }
    let user = try Drydock(on: version)
    let place = [
      "PGHOST": server.settings().keywords["host"] ?? "",
      "PGPORT": server.settings().keywords["port"] ?? "",
    ]
    try passwords(user, mode: feature == .passwordFile ? 0o644 : 0o600)
    if try backup(user, place, without: feature) {
      try restore(user, place, version, without: feature)
      // A schema that is not the team's takes no table from it.
      if feature == nil || feature == .transaction {
        try migrate(user, place, version, without: feature)
      }
    }
    return try look(try Connection.open(server.settings("cube_test")))
  }

  private static func passwords(_ user: Drydock, mode: Int) throws {
    let path = try user.file("home/.pgpass", "*:*:*:cube:cube-secret\n*:*:*:tester:tester-secret\n")
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  /// First as the current user through the local socket, as a configuration with blanks says.
  private static func backup(
    _ user: Drydock,
    _ place: [String: String],
    without feature: Feature?
  ) throws -> Bool {
    let blank = try user.configured("database: \"host='' user='' dbname=cube\"\n")
    try user.run(["backup", "--tag", "by=current"] + blank, place).require(0)
    let words = ["backup", "dbname=cube user=cube", "--tag", "by=cube"]
    let run = try user.run(words, place, secrets: ["cube-secret"])
    guard feature == .passwordFile else {
      try run.require(0)
      return true
    }
    #expect(run.code == 1, "\(run)")
    #expect(run.errors.contains("has group or world access"), "\(run)")
    return false
  }

  private static let target = "dbname=cube_test user=tester"

  private static func restore(
    _ user: Drydock,
    _ place: [String: String],
    _ version: TestServer,
    without feature: Feature?
  ) throws {
    let maps = ["--map-role", "rds_superuser=test_superuser", "--map-role", "cube=tester"]
    let words = ["restore", "by=cube", "--into", target]
    let run = try user.run(words + (feature == .map ? ["--no-owner"] : maps), place)
    if feature == .extensionByTheProvider {
      #expect(try run.require(1).errors.contains("page_header(bytea) does not exist"), "\(run)")
    } else {
      #expect(run.code == 7 || run.code == 0, "\(run)")
    }
  }

  private static func migrate(
    _ user: Drydock,
    _ place: [String: String],
    _ version: TestServer,
    without feature: Feature?
  ) throws {
    let patch = "SET LOCAL ROLE test_superuser;\nCREATE TABLE agdc.season (name text);\n"
    if feature == .transaction {
      let file = try user.file("patch.sql", patch)
      let programs = try DumpPrograms.directory(of: version)
      let run = try user.run(
        shell: "'\(programs)/psql' -X -q -d '\(target)' -f '\(file)'",
        place
      )
      #expect(run.code == 0, "\(run)")
      return
    }
    try user.write(patch: "0001_season.sql", patch)
    let named = ["--database", target]
    try user.run(["backup", target], place).require(0)
    let rehearsal = try user.run(["rehearse", "--snapshot", "latest:cube_test"] + named, place)
    #expect(rehearsal.code == 0, "\(rehearsal)")
    try user.run(["migrate"] + named, place).require(0)
  }

  private static func look(_ connection: Connection) throws -> Findings<Check> {
    var findings = Findings<Check>()
    try findings.ask(
      .cubeIsThere,
      "count(*) = 500 AND count(footprint -> 'tile') = 500"
        + " AND (SELECT count(*) = 20 FROM agdc.job) FROM agdc.dataset",
      connection
    )
    let owner = { (name: String) in "pg_get_userbyid(relowner) FROM pg_class WHERE oid = \(name)" }
    try findings.ask(
      .ownersAreTheTestTeam,
      "(SELECT \(owner("'agdc.dataset'::regclass"))) = 'test_superuser'"
        + " AND (SELECT \(owner("'agdc.job'::regclass"))) = 'tester'",
      connection
    )
    try findings.ask(
      .viewOfTheExtensionIsThere,
      "to_regclass('agdc.pages') IS NOT NULL",
      connection
    )
    try findings.ask(
      .newTableBelongsToTheTeam,
      "(SELECT \(owner("'agdc.season'::regclass"))) = 'test_superuser'",
      connection
    )
    return findings
  }
}
