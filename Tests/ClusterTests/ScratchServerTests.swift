import Files
import Foundation
import Postgres
import Problems
import Processes
import TestSupport
import Testing

@testable import Cluster

@Suite("A scratch server")
struct ScratchServerTests {
  @Test(
    "It starts, answers, stops, starts again and leaves nothing",
    arguments: TestServer.allCases
  )
  func life(server: TestServer) throws {
    let scratch = try ScratchServer.start(server.options())
    let pid = try #require(scratch.pid)
    do {
      let connection = try Connection.open(scratch.settings())
      #expect(connection.serverMajor == server.rawValue)
      try connection.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (7)")
    }
    try scratch.stop()
    #expect(throws: PostgresError.self) { try Connection.open(scratch.settings()) }
    try scratch.startAgain()
    #expect(try Connection.open(scratch.settings()).execute("SELECT a FROM t").int == 7)
    try scratch.remove()
    #expect(!Directory.exists(scratch.path))
    #expect(ScratchDirectory.postmaster(of: scratch.dataDirectory) == nil)
    #expect(!Directory.exists("/proc/\(pid)"))
  }

  @Test("It is like production but for two liberties", arguments: TestServer.allCases)
  func settings(server: TestServer) throws {
    let connection = try Connection.open(server.shared().settings())
    func setting(_ name: String) throws -> String {
      try connection.execute("SHOW \(name)").value ?? ""
    }
    #expect(try setting("fsync") == "off")
    #expect(try setting("autovacuum") == "off")
    #expect(try setting("wal_level") == "replica")
    #expect(try setting("full_page_writes") == "on")
    #expect(try setting("listen_addresses") == "")
    #expect(try setting("max_locks_per_transaction") == "256")
  }

  @Test("Locale and encoding are those that were asked for", arguments: TestServer.allCases)
  func locale(server: TestServer) throws {
    var options = try server.options()
    options.collate = "C.UTF-8"
    options.characterType = "C.UTF-8"
    options.settings["timezone"] = "Europe/Athens"
    let scratch = try ScratchServer.start(options)
    let connection = try Connection.open(scratch.settings())
    let row = try #require(
      try connection.query(
        """
        SELECT datcollate, datctype, pg_encoding_to_char(encoding) AS encoding
        FROM pg_database WHERE datname = current_database()
        """,
        []
      ).first
    )
    #expect(row.string("datcollate") == "C.UTF-8")
    #expect(row.string("datctype") == "C.UTF-8")
    #expect(row.string("encoding") == "UTF8")
    #expect(try connection.execute("SHOW timezone").value == "Europe/Athens")
    try scratch.remove()
  }

  @Test(
    "The provider of the locale is production's",
    arguments: [
      (TestServer.v15, ScratchOptions.LocaleProvider.icu, "de", "i"),
      (TestServer.v18, ScratchOptions.LocaleProvider.builtin, "C.UTF-8", "b"),
    ]
  )
  func provider(
    server: TestServer,
    provider: ScratchOptions.LocaleProvider,
    locale: String,
    letter: String
  ) throws {
    var options = try server.options()
    options.collate = "C.UTF-8"
    options.characterType = "C.UTF-8"
    options.provider = provider
    options.providerLocale = locale
    let scratch = try ScratchServer.start(options)
    let connection = try Connection.open(scratch.settings())
    let found = try connection.execute(
      "SELECT datlocprovider FROM pg_database WHERE datname = 'postgres'"
    )
    #expect(found.value == letter)
    try scratch.remove()
  }

  @Test("A setting that the server refuses stops the start, with the server's words")
  func badSetting() throws {
    var options = try TestServer.v15.options()
    let parent = try TemporaryDirectory()
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: parent.path)
    options.parentDirectory = parent.path
    options.settings["max_connections"] = "many"
    let problem = #expect(throws: Problem.self) { try ScratchServer.start(options) }
    #expect(problem?.code == "cluster.not-started")
    #expect(problem?.reason?.contains("max_connections") == true)
    #expect(try Directory.entries(of: parent.path).isEmpty)
  }

  @Test("A full disk is told from a directory that cannot be reached")
  func advice() {
    let full = "initdb: could not write to file: No space left on device"
    #expect(ScratchServer.advice(full).hasPrefix("Free space"))
    #expect(ScratchServer.advice("could not access directory").contains("reach the directory"))
  }

  @Test("A socket path that the system would cut is refused beforehand")
  func longPath() throws {
    var options = try TestServer.v15.options()
    let parent = try TemporaryDirectory()
    options.parentDirectory = parent.path + "/" + String(repeating: "d", count: 60)
    try Directory.create(options.parentDirectory ?? "")
    let problem = #expect(throws: Problem.self) { try ScratchServer.start(options) }
    #expect(problem?.code == "cluster.path-too-long")
  }
}

@Suite("The scratch is hostile ground")
struct IsolationTests {
  @Test("A program that the server runs finds no secret in its environment")
  func environment() throws {
    // Our own environment holds this one, as it would hold a passphrase.
    try #require(ProcessInfo.processInfo.environment["DRYDOCK_TEST_PG18"] != nil)
    let scratch = try ScratchServer.start(TestServer.v15.options())
    let connection = try Connection.open(scratch.settings())
    let names = try output(of: "env | sed s/=.*// | sort", connection)
    #expect(names.contains("PATH"))
    let allowed: Set<String> = [
      "PATH", "TZ", "LC_ALL", "PWD", "SHLVL", "_", "OLDPWD", "PGDATA", "PG_GRANDPARENT_PID",
      "PGLOCALEDIR", "PGSYSCONFDIR",
    ]
    // postgres sets LC_* from its own settings.
    let strange = names.filter { !allowed.contains($0) && !$0.hasPrefix("LC_") }
    #expect(strange.isEmpty)
    try scratch.remove()
  }

  @Test(
    "It has no network, and its socket is reachable all the same",
    arguments: TestServer.allCases
  )
  func network(server: TestServer) throws {
    let scratch = try server.shared()
    #expect(scratch.isolation.network)
    let connection = try Connection.open(scratch.settings())
    let interfaces = try output(of: "cat /proc/net/dev", connection)
    #expect(interfaces.count == 3)
    #expect(interfaces.last?.contains("lo:") == true)
  }

  @Test(
    "Its user is neither root nor the superuser of other servers",
    arguments: TestServer.allCases
  )
  func user(server: TestServer) throws {
    let scratch = try server.shared()
    let connection = try Connection.open(scratch.settings())
    #expect(scratch.isolation.user == SystemUser.isRoot)
    let name = try output(of: "id -un", connection).first
    #expect(name != "root" && name != "postgres")
    #expect(
      try output(of: "cat /proc/1/environ 2>&1 | tr -d '\\0' | grep -c denied", connection) == ["1"]
    )
  }

  @Test("Nobody else may enter the directory of its socket")
  func socketDirectory() throws {
    let scratch = try TestServer.v15.shared()
    let attributes = try FileManager.default.attributesOfItem(atPath: scratch.socketDirectory)
    #expect(attributes[.posixPermissions] as? Int == 0o700)
    let other = try #require(SystemUser.named("postgres"))
    let look = try Invocation(
      "ls",
      [scratch.socketDirectory],
      confinement: Confinement(user: other)
    ).run()
    #expect(!look.status.isSuccess)
  }

  @Test(
    "Another program of the server's user neither enters its directory nor sees it through /proc",
    .enabled(if: SystemUser.isRoot, "only root gives it another user")
  )
  func sharedUser() throws {
    let scratch = try TestServer.v15.shared()
    let pid = try #require(scratch.pid)
    let nobody = try #require(SystemUser.named("nobody"))
    for place in [scratch.socketDirectory, "\(scratch.path)/home", "/proc/\(pid)/cwd/"] {
      let look = try Invocation("ls", [place], confinement: Confinement(user: nobody)).run()
      #expect(!look.status.isSuccess, "\(place)")
    }
    let attributes = try FileManager.default.attributesOfItem(atPath: scratch.path)
    #expect(attributes[.posixPermissions] as? Int == 0o710)
  }

  @Test("What is missing is said with its remedy")
  func shortcomings() {
    let open = Isolation(.none)
    #expect(!open.isComplete)
    #expect(open.shortcomings.count == 2)
    let nobody = SystemUser.named("nobody")
    let closed = Isolation(Confinement(user: nobody, network: .privileged))
    #expect(closed.isComplete)
    #expect(closed.shortcomings.isEmpty)
  }

  /// The lines that a shell command prints when the server runs it.
  private func output(of command: String, _ connection: Connection) throws -> [String] {
    let quoted = command.replacing("'", with: "''")
    let rows = try connection.execute(
      """
      CREATE TEMPORARY TABLE IF NOT EXISTS printed (line text);
      TRUNCATE printed;
      COPY printed FROM PROGRAM '\(quoted)' (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02');
      SELECT line FROM printed
      """
    )
    return rows.map { $0.string("line") }
  }
}
