import Foundation
import Postgres
import Problems
import Repository
import Snapshot
import TestSupport
import Testing

@testable import Restoration

/// What the tests of whole databases need beside a stage.
extension Stage {
  /// Lends a stage on a fresh database, and drops the copies that are left beside it.
  static func whole(_ server: TestServer, _ body: (Stage) async throws -> Void) async throws {
    try await with(server) { stage in
      try await body(stage)
      for name in try stage.copies() {
        try stage.maintain(
          "ALTER DATABASE \(name) ALLOW_CONNECTIONS true; ALTER DATABASE \(name) IS_TEMPLATE false"
        )
        try stage.maintain("DROP DATABASE \(name) WITH (FORCE)")
      }
    }
  }

  var live: String { settings.keywords["dbname"] ?? "" }

  /// Runs statements beside the live database.
  @discardableResult
  func maintain(_ text: String) throws -> Rows {
    try Connection.open(settings.database("postgres")).execute(text)
  }

  /// The databases beside the live one that bear its name.
  func copies() throws -> [String] {
    try maintain(
      "SELECT datname FROM pg_database WHERE datname LIKE '\(live)\\_\\_dd\\_%' ORDER BY 1"
    )
    .map { $0.string("datname") }
  }

  func rows(_ database: String) throws -> Int {
    try Connection.open(settings.database(database)).execute("SELECT count(*) FROM shop.jobs").int
      ?? -1
  }

  func databaseOptions() throws -> DatabaseReplacementOptions {
    var options = DatabaseReplacementOptions()
    options.binaryDirectory = try binaries
    return options
  }

  func database(
    _ content: SnapshotContent,
    user: String? = nil,
    _ change: (inout DatabaseReplacementOptions) -> Void = { _ in },
    progress: @escaping @Sendable (RestoreProgress) -> Void = { _ in }
  ) throws -> DatabaseReplacement {
    var options = try databaseOptions()
    change(&options)
    let target = user.map { settings.with("user", $0) } ?? settings
    return DatabaseReplacement(of: content, into: target, options: options, progress: progress)
  }

  @discardableResult
  func replaceDatabase(_ content: SnapshotContent) async throws -> DatabaseResult {
    let replacement = try database(content)
    return try await replacement.run(token: try await replacement.plan().token)
  }

  func databaseOperation(_ id: String? = nil) async throws -> DatabaseOperation {
    let found = try #require(try await DatabaseOperation.find(id, in: settings))
    return DatabaseOperation(
      found,
      in: settings,
      repository: repository,
      options: try databaseOptions()
    )
  }

  @discardableResult
  func undoDatabase(_ id: String? = nil) async throws -> DatabaseResult {
    let operation = try await databaseOperation(id)
    return try await operation.undo(token: try await operation.undoPlan().token)
  }

  @discardableResult
  func acceptDatabase(_ id: String? = nil, level: Int = 2) async throws -> DatabaseResult {
    let operation = try await databaseOperation(id)
    let safety = SafetySnapshot { copy in
      let content = try await Stage(self, database: copy).snapshot()
      return SafetySnapshot.Proof(snapshot: content.name.text, level: level)
    }
    return try await operation.accept(token: try await operation.acceptPlan().token, safety: safety)
  }

  /// What hangs on the database under the live name, as the catalogs have it.
  func properties() throws -> String {
    try maintain(
      """
      SELECT pg_catalog.concat_ws(' | ', pg_get_userbyid(d.datdba), d.datconnlimit, d.datistemplate,
        d.datallowconn, (SELECT string_agg(a::text, ' ' ORDER BY a::text)
          FROM aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a),
        (SELECT string_agg(s.setrole || s.setconfig::text, ' ' ORDER BY s.setrole)
          FROM pg_db_role_setting s WHERE s.setdatabase = d.oid),
        d.encoding, d.datcollate, d.datctype, d.dattablespace)
      FROM pg_database d WHERE d.datname = '\(live)'
      """
    ).value ?? ""
  }

  /// The comment of the live database.
  func comment() throws -> Journaled<DatabaseJournal> {
    Journaled(
      try maintain(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '\(live)'"
      ).value
    )
  }

  /// Waits until the server has noticed that all sessions in a database have ended.
  ///
  /// One of them may be ours: a session that nobody has any more is closed by a task.
  func waitUntilAlone(in database: String) async throws {
    let query = "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(database)'"
    try await Wait.asLongAs(maintain(query).int != 0)
  }

  /// The same stage for another role.
  static func asUser(_ stage: Stage, _ role: String) -> Stage {
    Stage(stage, stage.settings.with("user", role))
  }

  /// The same stage on another database.
  init(_ stage: Stage, database: String) {
    self.init(stage, stage.settings.database(database))
  }

  private init(_ stage: Stage, _ settings: ConnectionSettings) {
    self.init(
      server: stage.server,
      settings: settings,
      store: stage.store,
      repository: stage.repository
    )
  }
}

/// Roles of one test, on a server that tests share.
struct TestRoles {
  let names: [String]
  private let stage: Stage

  init(_ count: Int, _ stage: Stage, _ attributes: String = "LOGIN") throws {
    self.stage = stage
    let id = String(UInt32.random(in: 0 ... .max), radix: 36)
    names = (1...count).map { "r\($0)_\(id)" }
    for name in names { try stage.maintain("CREATE ROLE \(name) \(attributes)") }
  }

  /// Drops them, with what they have in the databases of the stage.
  func drop() throws {
    let list = names.joined(separator: ", ")
    for database in try stage.copies() + [stage.live] {
      let connection = try Connection.open(stage.settings.database(database))
      try connection.execute("REASSIGN OWNED BY \(list) TO CURRENT_USER; DROP OWNED BY \(list)")
      for name in names {
        try connection.execute("ALTER ROLE \(name) IN DATABASE \(database) RESET ALL")
      }
    }
    try stage.maintain("DROP ROLE \(list)")
  }
}
