import Files
import Foundation
import Postgres
import Processes
import TestSupport
import Testing

@Suite("Hooks of a rehearsal")
struct RehearsalHookTests {
  /// A shop with one pending patch, and hooks that write what they see into a place for everybody.
  private struct Shop {
    let user: Drydock
    let database: ConnectionSettings
    let psql: String

    init(_ database: ConnectionSettings, on server: TestServer) throws {
      self.database = database
      user = try Drydock(on: server)
      psql = "\(try DumpPrograms.directory(of: server))/psql"
      try Connection.open(database).execute(
        "CREATE TABLE item (id int PRIMARY KEY); INSERT INTO item SELECT generate_series(1, 100)"
      )
      try user.backup(database)
      try user.write(
        patch: "0001_price.sql",
        "ALTER TABLE item ADD COLUMN price int;\nUPDATE item SET price = 1;\n"
      )
      try user.write(patch: "0001_price.undo.sql", "ALTER TABLE item DROP COLUMN price;\n")
    }

    /// Where hooks may write.
    var notes: String { user.temporary }

    /// A script that anybody may run.
    func hook(_ name: String, _ body: String) throws -> String {
      let path = "\(user.directory)/\(name)"
      try BoundShop.write("#!/bin/bash\nset -e\n\(body)\n", to: path)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
      return path
    }

    func note(_ name: String) throws -> String {
      try String(contentsOfFile: "\(notes)/\(name)", encoding: .utf8)
    }

    func configure(before: [String] = [], after: [String] = [], limit: String = "1m") throws
      -> [String]
    {
      let list = { (paths: [String]) in
        paths.map { "{run: [\($0)], limit: \(limit)}" }.joined(separator: ", ")
      }
      let path = "\(user.directory)/hooks.yaml"
      try BoundShop.write(
        "rehearsal_hooks: {before: [\(list(before))], after: [\(list(after))]}\n",
        to: path
      )
      return ["--config", path]
    }

    func rehearse(_ more: [String], _ variables: [String: String] = [:]) throws -> Run {
      try user.run(["rehearse", "--database", database.argument] + more, variables)
    }
  }

  @Test(
    "One sees production as it is, one the migrated scratch, and what they do is in no evidence",
    arguments: TestServer.either()
  )
  func evidence(_ server: TestServer) throws {
    try withDatabase(on: server) { database in
      let shop = try Shop(database, on: server)
      let columns =
        "SELECT count(*) FROM information_schema.columns WHERE table_name = 'item'"
      let before = try shop.hook(
        "baseline",
        "\(shop.psql) \"$DRYDOCK_SCRATCH_URL\" -Atc \"\(columns)\" > \(shop.notes)/before"
      )
      let after = try shop.hook(
        "smoke",
        """
        \(shop.psql) -Atc "\(columns)" > \(shop.notes)/after
        \(shop.psql) -qv ON_ERROR_STOP=1 -c "INSERT INTO item VALUES (0, 0); CREATE TABLE mine ()"
        """
      )
      let options = try shop.configure(before: [before], after: [after])
      let run = try shop.rehearse(options).require(0)
      #expect(try (shop.note("before"), shop.note("after")) == ("1\n", "2\n"))
      #expect(run.output.contains("Its undo file takes all of it back."), "\(run)")
      #expect(!run.output.contains("mine"), "\(run)")
      #expect(run.output.contains("smoke"), "\(run)")
      let tables = "SELECT count(*) FROM pg_tables WHERE tablename = 'mine'"
      #expect(try Connection.open(database).query(tables, []).int == 0)
      try shop.user.run(["migrate", "--database", database.argument] + options).require(0)
    }
  }

  private static let system = "SELECT system_identifier FROM pg_control_system()"

  @Test(
    "Nothing leads to production: no variable, no file, no network",
    arguments: TestServer.either()
  )
  func walls(_ server: TestServer) throws {
    try withDatabase(on: server) { database in
      let shop = try Shop(database, on: server)
      let outside = try LoopbackServer { _ in .answer(.init(200)) }
      let reach = "exec 3<>/dev/tcp/127.0.0.1/\(outside.port)"
      // Without walls it is there to be reached.
      try Invocation("bash", ["-c", reach]).run().checked()
      let hook = try shop.hook(
        "burglar",
        """
        env > \(shop.notes)/env
        \(shop.psql) -Atc "\(Self.system)" > \(shop.notes)/server
        if \(shop.psql) "service=production" -c "SELECT 1" > /dev/null 2>&1; then exit 7; fi
        if (\(reach)) 2> /dev/null; then exit 8; fi
        echo kept > \(shop.notes)/done
        """
      )
      let home = "\(shop.user.directory)/home"
      let service = database.keywords.map { "\($0.key)=\($0.value)" }.joined(separator: "\n")
      try BoundShop.write("[production]\n\(service)\n", to: "\(home)/.pg_service.conf")
      let secret = "s3cret-\(UInt32.random(in: .min ... .max))"
      let run = try shop.user.run(
        ["rehearse", "--database", database.argument]
          + (try shop.configure(after: [hook])),
        [
          "PGPASSWORD": secret, "PGSERVICEFILE": "\(home)/.pg_service.conf",
          "PGAPPNAME": "caller", "DRYDOCK_LABEL": "production", "AWS_SECRET_ACCESS_KEY": secret,
        ],
        secrets: [secret]
      ).require(0)
      #expect(try shop.note("done") == "kept\n", "\(run)")
      let production = try Connection.open(database).query(Self.system, []).value ?? ""
      #expect(try shop.note("server").count == production.count + 1)
      #expect(try !shop.note("server").contains(production))
      let names = try shop.note("env").split(separator: "\n")
        .compactMap { $0.split(separator: "=").first.map(String.init) }
      let known: Set = [
        "DRYDOCK_SCRATCH_URL", "DRYDOCK_HOOK", "PGHOST", "PGPORT", "PGDATABASE", "PGUSER",
        "PGSSLMODE", "PGPASSFILE", "PGSERVICEFILE", "PGSYSCONFDIR", "HOME", "PATH", "TZ", "PWD",
        "SHLVL", "_", "OLDPWD",
      ]
      #expect(Set(names).subtracting(known).isEmpty, "\(names)")
      #expect(try !shop.note("env").contains(secret))
      #expect(try !shop.note("env").contains(shop.user.passphrase))
    }
  }

  @Test("One that fails says no by its name and its last words, and leaves no receipt")
  func failure() throws {
    try withDatabase(on: .v15) { database in
      let shop = try Shop(database, on: .v15)
      let failing = try shop.hook("smoke", "echo all is well\necho 'orders: 500' >&2\nexit 3")
      let run = try shop.rehearse(try shop.configure(after: [failing]))
      #expect(run.code == 5, "\(run)")
      #expect(run.output.contains("hook smoke after the patches: exit status 3: orders: 500"))
      #expect(try shop.user.objects(in: "receipts").isEmpty)
      let endless = try shop.hook("endless", "sleep 3600")
      let late = try shop.rehearse(try shop.configure(after: [endless], limit: "1s"))
      #expect(late.code == 5 && late.output.contains("took longer than it may"), "\(late)")
      let none = try shop.rehearse(try shop.configure(after: ["/nowhere/smoke"]))
      #expect(none.code == 5 && none.output.contains("hook smoke after the patches"), "\(none)")
    }
  }

  @Test("What runs before the patches may only look", arguments: TestServer.either())
  func looking(_ server: TestServer) throws {
    try withDatabase(on: server) { database in
      let shop = try Shop(database, on: server)
      let write = "\(shop.psql) -qv ON_ERROR_STOP=1 -c 'DELETE FROM item'"
      let plain = try shop.rehearse(try shop.configure(before: [try shop.hook("plain", write)]))
      #expect(plain.code == 5 && plain.output.contains("read-only transaction"), "\(plain)")
      let sly = try shop.hook("sly", "PGOPTIONS= \(write)")
      let caught = try shop.rehearse(try shop.configure(before: [sly]))
      #expect(caught.code == 5, "\(caught)")
      #expect(caught.output.contains("it wrote to the scratch"), "\(caught)")
    }
  }

  @Test("A receipt counts only where the hooks that are configured looked at its rehearsal")
  func receipts() throws {
    try withDatabase(on: .v15) { database in
      let shop = try Shop(database, on: .v15)
      let (one, two) = (try shop.hook("one", "true"), try shop.hook("two", "true"))
      let migrate = { (options: [String]) in
        try shop.user.run(["migrate", "--database", database.argument] + options)
      }
      try shop.rehearse([]).require(0)
      let bare = try migrate(try shop.configure(after: [one]))
      #expect(bare.code == 3 && bare.errors.contains("no hook looked at its rehearsal"), "\(bare)")
      try shop.rehearse(try shop.configure(after: [one])).require(0)
      let other = try migrate(try shop.configure(after: [one, two]))
      #expect(other.code == 3 && other.errors.contains("hooks"), "\(other)")
      // Whoever asks for less takes more.
      try migrate([]).require(0)
      let back = ["undo", "--database", database.argument] + (try shop.configure(after: [two]))
      try shop.user.run(back).require(0)
    }
  }

  @Test("On a server that was named no hook runs, since nothing would keep it from production")
  func namedServer() throws {
    try withDatabase(on: .v15) { database in
      let shop = try Shop(database, on: .v15)
      let options = try shop.configure(after: [try shop.hook("one", "true")])
      let run = try shop.rehearse(options + ["--scratch-server", "host=/nowhere user=x"])
      #expect(run.code == 3 && run.errors.contains("run only on a scratch server"), "\(run)")
    }
  }
}
