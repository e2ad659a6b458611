import Files
import Foundation
import Postgres
import Processes
import TestSupport
import Testing

@Suite("A fleet on a real server")
struct FleetTests {
  /// A server with databases, a role that may read all but one of them, and a user with a fleet.
  private struct Harbour {
    let server: OwnServer
    let user: Drydock
    /// The server as the role reaches it.
    let address: String
    /// Not below the directory that the program works in, which would be a checkout around it.
    private let home: TemporaryDirectory

    init(on version: TestServer, _ databases: [String]) throws {
      server = try OwnServer(on: version)
      let connection = try Connection.open(server.settings())
      try connection.execute("CREATE ROLE saver LOGIN; GRANT pg_read_all_data TO saver")
      for name in databases {
        try connection.execute("CREATE DATABASE \(name) TEMPLATE template0")
        try Connection.open(server.settings(name)).execute(
          "CREATE TABLE t AS SELECT generate_series(1, 100) AS i, '\(name)' AS name"
        )
      }
      home = try TemporaryDirectory(prefix: "dd-home")
      user = try Drydock(on: version, ["HOME": home.path])
      address = server.settings().with("dbname", nil).with("user", "saver").argument
    }

    func configure(_ text: String) throws {
      let directory = "\(home.path)/.config/drydock"
      try FileManager.default.createDirectory(
        atPath: directory,
        withIntermediateDirectories: true
      )
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(directory)/drydock.yaml"))
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o600],
        ofItemAtPath: "\(directory)/drydock.yaml"
      )
    }

    /// The databases of the snapshots that are there.
    func saved() throws -> [String] {
      let run = try user.run(["snapshots", "--json"]).require(0)
      let pattern = /"database":"([a-z_]+)"/
      return run.output.matches(of: pattern).map { String($0.1) }.sorted()
    }
  }

  @Test(
    "All databases of a server are found; one that cannot be read stops no other",
    arguments: TestServer.either()
  )
  func server(_ version: TestServer) throws {
    let harbour = try Harbour(on: version, ["shop", "crm", "closed", "test_x"])
    let admin = try Connection.open(harbour.server.settings())
    try admin.execute("REVOKE CONNECT ON DATABASE closed FROM PUBLIC")
    try admin.execute("CREATE DATABASE shut ALLOW_CONNECTIONS false")
    try harbour.configure(
      """
      fleet:
        servers: ["\(harbour.address)"]
        except: [postgres, 'test_*']
        concurrency: 2
      """
    )
    let run = try harbour.user.run(["backup", "--fleet"])
    #expect(run.code == 1, "\(run)")
    #expect(run.output.contains("2 of 3 done, 1 not."), "\(run)")
    #expect(run.output.contains("permission denied for database \"closed\""), "\(run)")
    #expect(try harbour.saved() == ["crm", "shop"])

    try harbour.user.run(["backup", "--fleet", "--only", "shop", "--quiet"]).require(0)
    #expect(try harbour.saved() == ["crm", "shop", "shop"])
    let verified = try harbour.user.run(["verify", "--fleet", "--level", "2"])
    // Nothing was ever saved of it, which is no damage.
    #expect(verified.code == 2, "\(verified)")
    #expect(verified.output.contains("2 of 3 done, 1 not."), "\(verified)")
    try harbour.user.run(["verify", "--fleet", "--only", "c*", "--oldest"]).require(2)
    let oldest = ["verify", "--fleet", "--only", "shop", "--oldest"]
    let first = try harbour.user.run(oldest).require(0).output
    let second = try harbour.user.run(oldest).require(0).output
    #expect(first != second)
    try harbour.user.run(["check", "--fleet"]).require(0)
    let kept = try harbour.user.run(["forget", "--fleet", "--keep-last", "1"]).require(0)
    #expect(kept.output.contains("removed 1 snapshot"), "\(kept)")
    try harbour.user.write(patch: "0001_a.sql", "CREATE TABLE a (i int);\n")
    let status = try harbour.user.run(["status", "--fleet", "--only", "crm"]).require(0)
    #expect(status.output.contains("1 pending"), "\(status)")
  }

  @Test("A server that cannot be reached is told as a member, and the others are done")
  func unreachable() throws {
    let harbour = try Harbour(on: .v15, ["shop"])
    try harbour.configure(
      """
      fleet:
        servers: ["\(harbour.address)", "host=/nowhere port=1"]
        except: [postgres]
      """
    )
    let run = try harbour.user.run(["backup", "--fleet"])
    #expect(run.code == 1 && run.output.contains("1 of 2 done, 1 not."), "\(run)")
    #expect(run.output.contains("cannot connect to") && run.output.contains("/nowhere"), "\(run)")
    #expect(try harbour.saved() == ["shop"])
  }

  @Test("Members with profiles have their own settings; the program with the passphrase runs once")
  func profiles() throws {
    let harbour = try Harbour(on: .v15, ["shop", "crm"])
    let user = harbour.user
    let (script, log) = ("\(user.directory)/passphrase", "\(user.directory)/log")
    try Data("#!/bin/sh\necho asked >> \(log)\ncat \(script).txt\n".utf8)
      .write(to: URL(fileURLWithPath: script))
    try Data(user.passphrase.utf8).write(to: URL(fileURLWithPath: "\(script).txt"))
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: script)
    let database = { (name: String) in
      "\"\(harbour.server.settings(name).with("user", "saver").argument)\""
    }
    try harbour.configure(
      """
      passphrase_command: [\(script)]
      fleet: {profiles: [shop, crm, gone]}
      profiles:
        shop: {database: \(database("shop")), label: production}
        crm: {database: \(database("crm"))}
        gone: {database: \(database("gone"))}
      """
    )
    let run = try user.run(["backup", "--fleet", "--json"], ["DRYDOCK_PASSPHRASE": ""])
    #expect(run.code == 1, "\(run)")
    #expect(try String(contentsOfFile: log, encoding: .utf8) == "asked\n")
    #expect(try harbour.saved() == ["crm", "shop"])
    let lines = run.output.split(separator: "\n")
    #expect(lines.count { $0.hasPrefix("{\"event\":\"member\"") } == 3, "\(run)")
    #expect(lines.last?.contains("\"done\":2,\"count\":3") == true, "\(run)")
  }

  @Test("Databases of one name on two servers are told apart by verify")
  func sameName() throws {
    let one = try Harbour(on: .v15, ["shop"])
    let two = try Harbour(on: .v15, ["shop"])
    try one.configure(
      """
      fleet:
        servers: ["\(one.address)", "\(two.address)"]
        except: [postgres]
      """
    )
    try one.user.run(["backup", "--fleet"]).require(0)
    #expect(try one.saved() == ["shop", "shop"])
    let run = try one.user.run(["verify", "--fleet"]).require(0)
    #expect(run.output.contains("2 of 2 done"), "\(run)")
    #expect(try one.user.run(["verify", "latest:shop"]).code == 2)
  }

  @Test("Ctrl-C ends all that are at work, and leaves no lease")
  func interruption() throws {
    let harbour = try Harbour(on: .v15, ["shop", "crm", "wiki"])
    try harbour.configure(
      """
      fleet:
        servers: ["\(harbour.address)"]
        except: [postgres]
        concurrency: 2
      """
    )
    let holders = try ["crm", "shop"].map { try Connection.open(harbour.server.settings($0)) }
    for holder in holders { try holder.execute("BEGIN; LOCK TABLE t") }
    let child = try harbour.user.invocation(["backup", "--fleet"]).start()
    let admin = try Connection.open(harbour.server.settings())
    let waiting = "SELECT count(DISTINCT database) FROM pg_locks WHERE NOT granted"
    try Wait.asLongAs(admin.query(waiting, []).int != 2 && child.status == nil)
    child.signal(.interrupt)
    let ending = try child.wait(timeLimit: .seconds(30))
    if ending == nil { child.terminate() }
    #expect(ending == .exited(130))
    #expect(try harbour.user.objects(in: "leases").isEmpty)
    #expect(try harbour.user.leftovers().isEmpty)
    for holder in holders { try holder.execute("ROLLBACK") }
    #expect(try harbour.saved().isEmpty)
  }
}
