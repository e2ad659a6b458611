import Files
import Postgres
import TestSupport
import Testing

/// A production system like HR-S&I, of this project's own: schema `plant` of `migrations/`, with 2,000
/// jobs, a trigger that refuses other than authorised changes of their states, and one row of parameters.
struct Plant {
  let user: Drydock
  let database: ConnectionSettings
  let server: TestServer
  let connection: Connection

  /// Makes the system in an empty database.
  init(in database: ConnectionSettings, on server: TestServer) throws {
    self.database = database
    self.server = server
    user = try Drydock(on: server)
    connection = try Connection.open(database)
    for name in ["0001_jobs", "0002_products", "0003_operations"] {
      let file = "\(SharedInputs.packageRoot)/migrations/\(name).sql"
      try Psql.run(file: file, on: database, server: server)
    }
    try connection.execute(Self.rows)
  }

  /// Of ten jobs one has failed, three wait, and six are done; how they came there is told too.
  private static let rows = """
    INSERT INTO plant.jobs (job_id, kind, tile, status, created)
    SELECT n, (enum_range(NULL::plant.job_kind))[1 + n % 4], lpad((1 + n % 60)::text, 2, '0') || 'TNS',
      CASE WHEN n % 10 = 0 THEN 'failed' WHEN n % 10 < 4 THEN 'waiting' ELSE 'done' END,
      timestamptz '2025-12-01 00:00Z' + n * interval '20 minutes'
    FROM generate_series(1, 2000) n;
    ALTER TABLE plant.job_status_changes DISABLE TRIGGER change_status;
    INSERT INTO plant.job_status_changes (job_id, status, changed)
    SELECT job_id, step.status, created + step.number * interval '1 minute'
    FROM plant.jobs, unnest(CASE jobs.status WHEN 'waiting' THEN '{}'
      ELSE ARRAY['ready', 'running', jobs.status] END) WITH ORDINALITY AS step (status, number);
    ALTER TABLE plant.job_status_changes ENABLE TRIGGER change_status;
    SELECT setval(pg_get_serial_sequence('plant.jobs', 'job_id'), 2000);
    """

  /// What a query says of all rows of the system.
  static let digest = """
    (SELECT md5(string_agg(line, '|' ORDER BY line)) FROM (
      SELECT 'job' || j::text AS line FROM plant.jobs j
      UNION ALL SELECT 'change' || c::text FROM plant.job_status_changes c
      UNION ALL SELECT 'parameters' || p::text FROM plant.system_parameters p) lines)
    """

  /// The words that name its database.
  var named: [String] { ["--database", database.argument] }

  /// One value of its content.
  func value(_ expression: String) throws -> String? {
    try connection.query("SELECT \(expression)", []).value
  }

  /// Runs a command that ends in a plan, and then exactly that plan.
  @discardableResult
  func confirmed(_ words: [String]) throws -> Run {
    try user.run(words + ["--confirm", try token(words)])
  }

  /// Asks for a plan, which changes nothing, and returns its token.
  func token(_ words: [String]) throws -> String {
    try user.run(words + ["--json"]).require(3).result(Planned.self).token
  }

  private struct Planned: Decodable {
    let token: String
  }

  /// Writes a configuration that is trusted by being named; returns the words that name it.
  func configured(_ text: String) throws -> [String] {
    try user.configured(text) + named
  }
}

extension Drydock {
  /// Writes a configuration that is trusted by being named; returns the words that name it.
  func configured(_ text: String) throws -> [String] {
    let path = try file("drydock-operations.yaml", text)
    return ["--config", path]
  }

  /// Writes a file into the user's directory; returns its path.
  func file(_ name: String, _ text: String) throws -> String {
    let path = "\(directory)/\(name)"
    try AtomicFile.write(Array(text.utf8), to: path, collision: .replace, durability: .fast)
    return path
  }

  /// Gives psql a file as the manual does: errors do not stop it, and its exit code does not tell.
  func psql(_ script: String, in database: ConnectionSettings, on server: TestServer) throws {
    let file = try file("by-hand.sql", script)
    try DumpPrograms.run(
      "psql",
      ["--no-psqlrc", "--quiet", "--dbname=\(database.argument)", "--file=\(file)"],
      on: server
    )
  }
}
