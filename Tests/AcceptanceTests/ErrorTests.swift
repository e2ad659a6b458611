import Cluster
import Files
import Foundation
import Postgres
import Problems
import Processes
import TestSupport
import Testing

@Suite("Errors that a person meets")
struct ErrorTests {
  /// Expects an exit code, and an error that says what failed and what to do next.
  private func expect(
    _ run: Run,
    _ code: Int32,
    saying words: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(run.code == code, "\(run)", sourceLocation: sourceLocation)
    #expect(run.missingOfError == [], "\(run)", sourceLocation: sourceLocation)
    for word in words {
      #expect(run.errors.contains(word), "'\(word)': \(run)", sourceLocation: sourceLocation)
    }
  }

  @Test("An unknown option or command is a matter of usage")
  func unknownWords() throws {
    let user = try Drydock(on: .v15, isNew: false)
    #expect(try user.run(["backup", "--jbos", "3"]).code == 2)
    #expect(try user.run(["backup", "--jbos", "3"]).errors.contains("--jobs"))
    #expect(try user.run(["bakcup"]).code == 2)
    #expect(try user.run(["bakcup"]).errors.contains("backup"))
  }

  @Test("A password in a URL is refused and not repeated")
  func passwordInURL() throws {
    let user = try Drydock(on: .v15)
    for arguments in [
      ["backup", "postgresql://me:hunter2secret@localhost/shop"],
      ["restore", "latest", "--into", "host=localhost password=hunter2secret dbname=shop"],
    ] {
      expect(try user.run(arguments, secrets: ["hunter2secret"]), 2, saying: "password")
    }
  }

  @Test("A wrong password is told as such, and never shown")
  func wrongPassword() throws {
    let server = try ScratchServer.start(ScratchOptions(major: 15))
    let connection = try Connection.open(server.settings())
    try connection.execute("CREATE ROLE app LOGIN PASSWORD 'right-one'")
    try connection.execute("CREATE TABLE t (a int)")
    try connection.execute("GRANT SELECT ON t TO app")
    try AtomicFile.write(
      Array("local all postgres trust\nlocal all all scram-sha-256\n".utf8),
      to: "\(server.dataDirectory)/pg_hba.conf",
      collision: .replace,
      durability: .fast,
      mode: 0o644
    )
    try connection.execute("SELECT pg_reload_conf()")
    let user = try Drydock(on: .v15)
    let target = server.settings(user: "app").argument
    let run = try user.run(
      ["backup", target],
      ["PGPASSWORD": "guess-4711"],
      secrets: ["guess-4711"]
    )
    expect(run, 1, saying: "password authentication failed")
    let right = try user.run(
      ["backup", target],
      ["PGPASSWORD": "right-one"],
      secrets: ["right-one"]
    )
    #expect(right.code == 0 || right.code == 7, "\(right)")
    try server.remove()
  }

  @Test("A server that does not answer is named")
  func unreachable() throws {
    let user = try Drydock(on: .v15)
    let run = try user.run(["backup", "host=\(user.directory) port=5999 dbname=shop user=x"])
    expect(run, 1, saying: "5999")
  }

  @Test("A role that may not read a table is told which", arguments: TestServer.either())
  func missingPrivilege(server: TestServer) throws {
    try withDatabase(on: server) { source in
      let connection = try Connection.open(source)
      try connection.makeRole("acceptance_reader", "LOGIN")
      try connection.execute("CREATE TABLE hidden_one (a int)")
      let user = try Drydock(on: server)
      let run = try user.run(["backup", source.with("user", "acceptance_reader").argument])
      expect(run, 1, saying: "hidden_one")
      #expect(
        try user.run(["snapshots"]).require(0).output.contains(source.keywords["dbname"] ?? "?")
          == false
      )
    }
  }

  @Test("A passphrase that is wrong or missing changes nothing")
  func passphrase() throws {
    let user = try Drydock(on: .v15)
    let wrong = try user.run(
      ["snapshots"],
      ["DRYDOCK_PASSPHRASE": "another-one"],
      secrets: ["another-one"]
    )
    expect(wrong, 2, saying: "passphrase")
    let missing = try user.run(["snapshots"], ["DRYDOCK_PASSPHRASE": ""])
    expect(missing, 2, saying: "passphrase")
    try user.run(["snapshots"]).require(0)
  }

  @Test("A snapshot that is unknown or not the only one is a matter of usage")
  func whichSnapshot() throws {
    try withDatabase(on: .v15) { first in
      try withDatabase(on: .v15) { second in
        try withDatabase(on: .v15) { target in
          let user = try Drydock(on: .v15)
          try user.backup(first)
          try user.backup(second)
          let restore = { (name: String) in
            try user.run(["restore", name, "--into", target.argument])
          }
          expect(try restore("ffffffff"), 2, saying: "ffffffff")
          expect(
            try restore("latest"),
            2,
            saying: first.keywords["dbname"] ?? "?",
            second.keywords["dbname"] ?? "?"
          )
          try restore("latest:\(first.keywords["dbname"] ?? "?")").require(0)
        }
      }
    }
  }

  @Test("A target that is not empty is left as it is", arguments: TestServer.either())
  func nonEmptyTarget(server: TestServer) throws {
    try withDatabase(on: server) { source in
      try withDatabase(on: server) { target in
        try Connection.open(source).execute("CREATE TABLE t AS SELECT 1 AS a")
        try Connection.open(target).execute("CREATE TABLE t AS SELECT 42 AS a")
        let user = try Drydock(on: server)
        try user.backup(source)
        expect(try user.run(["restore", "latest", "--into", target.argument]), 3, saying: "t")
        #expect(try Connection.open(target).query("SELECT a FROM t", []).value == "42")
      }
    }
  }

  @Test("No argument and no child's environment holds the passphrase or the password")
  func processList() throws {
    try withDatabase(on: .v15) { source in
      try Connection.open(source).execute(
        "CREATE TABLE t AS SELECT i, repeat(md5(i::text), 20) AS x FROM generate_series(1, 60000) i"
      )
      let user = try Drydock(on: .v15)
      // Programs in front of the real ones write down how they were called.
      let programs = "\(user.directory)/programs"
      let heard = "\(user.directory)/heard"
      try Directory.create(programs)
      for name in ["pg_dump", "pg_dumpall", "pg_restore"] {
        let real = try TestServer.v15.options().binaries.map { "\($0)/\(name)" } ?? name
        let script = """
          #!/bin/sh
          printf '%s\\n' "$0" "$@" >> '\(heard)'
          tr '\\0' '\\n' < /proc/$$/environ >> '\(heard)'
          exec '\(real)' "$@"
          """
        try AtomicFile.write(Array(script.utf8), to: "\(programs)/\(name)")
        try FileManager.default.setAttributes(
          [.posixPermissions: 0o755],
          ofItemAtPath: "\(programs)/\(name)"
        )
      }
      let child = try user.invocation(
        ["backup", source.argument],
        ["PGPASSWORD": "pw-never-seen", "DRYDOCK_BINARIES": programs]
      ).start()
      var looks = 0
      while child.status == nil {
        looks += 1
        for process in try ProcessTable.now() {
          #expect(!process.command.contains(user.passphrase))
          #expect(!process.command.contains("pw-never-seen"))
          guard process.parent == child.pid else { continue }
          #expect(!process.environment.contains(user.passphrase), "\(process.command)")
        }
      }
      #expect(child.status == .exited(0))
      #expect(looks > 2)
      let words = try String(contentsOfFile: heard, encoding: .utf8)
      #expect(words.contains("\(programs)/pg_dump\n") && words.contains("PGPASSWORD=pw-never-seen"))
      #expect(!words.contains(user.passphrase))
      #expect(
        words.split(separator: "\n").filter { $0.contains("pw-never-seen") }
          .allSatisfy { $0 == "PGPASSWORD=pw-never-seen" },
        "in no argument"
      )
    }
  }
}
