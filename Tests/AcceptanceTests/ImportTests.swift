import Files
import Foundation
import Postgres
import Processes
import TestSupport
import Testing

@Suite("Dumps are imported, and come back byte for byte")
struct ImportTests {
  /// What `import --json` ends with.
  private struct Imported: Decodable {
    let snapshot: String
    let id: String
    let imported: String
    let new_chunks: Int
    let known_chunks: Int
    let bytes_stored: Int
  }

  private static let definition = """
    CREATE SCHEMA a;
    CREATE TABLE a.t (i int PRIMARY KEY, x text);
    INSERT INTO a.t SELECT i, md5(i::text) || repeat('x', i % 50) FROM generate_series(1, 40000) i;
    CREATE VIEW a.v AS SELECT count(*) AS n, sum(i) AS s FROM a.t;
    """

  /// Runs a program of PostgreSQL's that writes a dump into a file.
  private func dump(
    _ program: String,
    _ arguments: [String],
    _ database: ConnectionSettings,
    _ server: TestServer = .v15
  ) throws {
    try DumpPrograms.run(program, arguments + ["--dbname=\(database.argument)"], on: server)
  }

  private func imported(_ run: Run) throws -> Imported { try run.require(0).result(Imported.self) }

  private func contents(_ path: String) throws -> [UInt8] { try ReadableFile.contents(of: path) }

  @Test(
    "A dump in each form comes back as it was, restores, and is proven",
    arguments: Form.allCases
  )
  func roundTrip(form: Form) throws {
    try withDatabase(on: .v15) { source in
      try Connection.open(source).execute(Self.definition)
      let user = try Drydock(on: .v15)
      let path = "\(user.directory)/shop.dump"
      try dump("pg_dump", ["--format=\(form.rawValue)", "--file=\(path)"], source)
      let line = ["import", path, "--tag", "from=nightly", "--time", "2026-01-30T02:00Z", "--json"]
      let snapshot = try imported(try user.run(line))
      #expect(snapshot.imported == form.rawValue)

      try user.run(["export", "from=nightly", "-o", "\(user.directory)/back"]).require(0)
      if form == .directory {
        for entry in try Directory.entries(of: path) {
          let back = try contents("\(user.directory)/back/\(entry.name)")
          #expect(back == (try contents("\(path)/\(entry.name)")), "\(entry.name)")
        }
      } else {
        #expect(try contents("\(user.directory)/back") == contents(path))
      }

      for level in ["0", "1", "2", "3"] {
        try user.run(["verify", "latest:shop", "--level", level]).require(0)
      }
      try withDatabase(on: .v15) { target in
        let run = try user.restore(snapshot.id, into: target)
        #expect(run.errors.contains("whatever its author wrote is executed"), "\(run)")
        let ours = try Connection.open(target).execute("SELECT n || ' ' || s FROM a.v").value
        #expect(ours == "40000 800020000")
        #expect(try Psql.dump(target, server: .v15).count == Psql.dump(source, server: .v15).count)
        let again = try user.run(["restore", snapshot.id, "--into", target.argument])
        #expect(again.code == 3 && again.errors.contains("nothing was changed"), "\(again)")
      }
      #expect(try user.leftovers() == [])
    }
  }

  /// The forms of one database's dump.
  enum Form: String, CaseIterable, Sendable {
    case plain
    case custom
    case directory
  }

  @Test("The dump of the next night shares what it has in common, also through a pipe")
  func nights() throws {
    try withDatabase(on: .v15) { source in
      let connection = try Connection.open(source)
      try connection.execute(Self.definition)
      try connection.execute(
        "INSERT INTO a.t SELECT i, md5(i::text) FROM generate_series(40001, 200000) i"
      )
      let user = try Drydock(on: .v15)
      let path = "\(user.directory)/shop.sql"
      try dump("pg_dump", ["--file=\(path)"], source)
      let first = try imported(try user.run(["import", path, "--json"]))
      try connection.execute("UPDATE a.t SET x = 'changed' WHERE i = 77")
      try dump("pg_dump", ["--file=\(path)"], source)
      let second = try imported(try user.pipe(path, ["import", "-", "--name", "shop", "--json"]))
      #expect(first.known_chunks == 0 && second.known_chunks > first.new_chunks / 2)
      // The changed row leaves its place and goes to the table's end; the list is new as well.
      #expect(second.new_chunks <= 4, "\(second)")
      #expect(
        try user.run(["export", "latest:shop", "-o", "-"]).require(0).output
          == String(decoding: try contents(path), as: UTF8.self)
      )
    }
  }

  @Test(
    "A dump without its end is refused; it is kept on request, and is never latest",
    arguments: Form.allCases
  )
  func truncated(form: Form) throws {
    try withDatabase(on: .v15) { source in
      try Connection.open(source).execute(Self.definition)
      let user = try Drydock(on: .v15)
      let path = "\(user.directory)/shop"
      try dump("pg_dump", ["--format=\(form.rawValue)", "--file=\(path)"], source)
      let cut =
        form == .directory
        ? try #require(try Directory.entries(of: path).first { $0.name.hasSuffix(".dat.gz") })
          .name : ""
      let file = form == .directory ? "\(path)/\(cut)" : path
      let bytes = try contents(file)
      try AtomicFile.write(
        Array(bytes.dropLast(200)),
        to: file,
        collision: .replace,
        durability: .fast
      )
      let run = try user.run(["import", path])
      #expect(run.code == 3 && run.errors.contains("is not whole"), "\(run)")
      #expect(try user.run(["snapshots"]).require(0).output.contains("No snapshots yet"))
      let kept = try user.run(["import", path, "--allow-incomplete", "--tag", "cut=yes"]).require(7)
      #expect(kept.errors.contains("the dump has no end"), "\(kept)")
      #expect(try user.run(["show", "latest:shop"]).code == 2)
      try user.run(["export", "cut=yes", "-o", "\(user.directory)/back"]).require(0)
      let name = form == .directory ? "/\(cut)" : ""
      #expect(try contents("\(user.directory)/back\(name)").count == bytes.count - 200)
    }
  }

  @Test("A restore of a dump without its end loads what there is, and is no success")
  func restoredWithoutEnd() throws {
    try withDatabase(on: .v15) { source in
      try Connection.open(source).execute(Self.definition)
      let user = try Drydock(on: .v15)
      let path = "\(user.directory)/shop.sql"
      try dump("pg_dump", ["--file=\(path)"], source)
      let text = String(decoding: try contents(path), as: UTF8.self)
      let end = try #require(text.firstRange(of: "-- PostgreSQL database dump complete"))
      try AtomicFile.write(
        Array(text[..<end.lowerBound].utf8),
        to: path,
        collision: .replace,
        durability: .fast
      )
      try user.run(["import", path, "--allow-incomplete", "--tag", "cut=yes"]).require(7)
      try withDatabase(on: .v15) { target in
        let run = try user.run(["restore", "cut=yes", "--into", target.argument]).require(8)
        #expect(run.output.contains("whose end is missing"), "\(run)")
        #expect(run.errors.contains("the imported dump has no end"), "\(run)")
        #expect(run.missingOfError == [], "\(run)")
        #expect(try Connection.open(target).execute("SELECT count(*) FROM a.t").int == 40_000)
      }
    }
  }

  @Test("A file that is compressed as a whole is refused with the pipe that imports it")
  func compressed() throws {
    try withDatabase(on: .v15) { source in
      try Connection.open(source).execute(Self.definition)
      let user = try Drydock(on: .v15)
      let plain = "\(user.directory)/shop.sql"
      try dump("pg_dump", ["--file=\(plain)"], source)
      for (program, ending) in [("gzip", "gz"), ("zstd", "zst"), ("xz", "xz"), ("bzip2", "bz2")] {
        let path = "\(plain).\(ending)"
        do {
          try Invocation("sh", ["-c", "\(program) -c \(plain) > \(path)"]).run().checked()
        } catch {
          print("\(program) is not here; DumpFactsTests reads its first bytes")
          continue
        }
        let way = "\(program) -dc \(path) | drydock import - --name shop"
        let run = try user.run(["import", path]).require(2)
        #expect(run.errors.contains(way) && run.missingOfError.isEmpty, "\(run)")
        let piped = try user.pipe(path, ["import", "-", "--name", "shop"]).require(2)
        #expect(piped.errors.contains("\(program) -dc | drydock import -"), "\(piped)")
        // What the hint says must do it.
        let told = user.invocation([])
        let line = way.replacing("| drydock", with: "| \(told.program)")
        let shell = Invocation("sh", ["-c", line], environment: told.environment)
        try shell.run().checked()
        let back = try user.run(["export", "latest:shop", "-o", "-"]).require(0).output
        #expect(back == String(decoding: try contents(plain), as: UTF8.self))
      }
    }
  }

  @Test("What cannot hold for a dump is refused, and nothing is changed")
  func refused() throws {
    try withDatabase(on: .v15) { source in
      try Connection.open(source).execute(Self.definition)
      let user = try Drydock(on: .v15)
      let path = "\(user.directory)/shop.sql"
      try dump("pg_dump", ["--file=\(path)"], source)
      try user.run(["import", path]).require(0)
      try withDatabase(on: .v15) { target in
        let into = ["--into", target.argument]
        for option in [["--schema", "a"], ["--table", "t"], ["--schema-only"], ["--no-owner"]] {
          let run = try user.run(["restore", "latest"] + into + option)
          #expect(run.code == 2 && run.missingOfError.isEmpty, "\(run)")
        }
        let replacing = try user.run(
          ["restore", "latest"] + into + ["--replace", "--schema", "a"]
        )
        #expect(replacing.code == 3, "\(replacing)")
        let diff = try user.run(["diff", "latest", "latest"])
        #expect(diff.code == 3 && diff.missingOfError.isEmpty, "\(diff)")
        try AtomicFile.write(
          Array("not a dump\n".utf8),
          to: path,
          collision: .replace,
          durability: .fast
        )
        #expect(try user.run(["import", path]).code == 2)
        let objects = try Connection.open(target).execute(
          "SELECT count(*) FROM pg_namespace WHERE nspname = 'a'"
        )
        #expect(objects.int == 0)
      }
    }
  }

  @Test(
    "A script that fails leaves the target as empty as it was, and missing roles are named before"
  )
  func failing() throws {
    try withDatabase(on: .v15) { source in
      let connection = try Connection.open(source)
      try connection.execute(Self.definition)
      let user = try Drydock(on: .v15)
      let path = "\(user.directory)/shop.sql"
      try dump("pg_dump", ["--file=\(path)"], source)
      let text = String(decoding: try contents(path), as: UTF8.self)
      let broken = text.replacing("\n777\t", with: "\nnot a number\t")
      try AtomicFile.write(Array(broken.utf8), to: path, collision: .replace, durability: .fast)
      try user.run(["import", path]).require(0)
      let verified = try user.run(["verify", "latest", "--level", "3"])
      #expect(verified.code == 4 && verified.output.contains("not a number"), "\(verified)")
      let owned = "\(user.directory)/owned.sql"
      let strange = text.replacing(
        "CREATE VIEW",
        with: "ALTER SCHEMA a OWNER TO stranger;\nCREATE VIEW"
      )
      try AtomicFile.write(Array(strange.utf8), to: owned, durability: .fast)
      try user.run(["import", owned]).require(0)
      try withDatabase(on: .v15) { target in
        let run = try user.run(["restore", "latest:shop", "--into", target.argument])
        #expect(run.code == 1 && run.errors.contains("as empty as before"), "\(run)")
        let roles = try user.run(["restore", "latest:owned", "--into", target.argument])
        #expect(roles.code == 3 && roles.errors.contains("CREATE ROLE \"stranger\""), "\(roles)")
      }
      try user.run(["verify", "latest:owned", "--level", "3"]).require(0)
    }
  }

  @Test("A dump is a series of its own, which no name of a database meets by accident")
  func series() throws {
    try withDatabase(on: .v15) { source in
      try Connection.open(source).execute(Self.definition)
      let user = try Drydock(on: .v15)
      let name = try #require(source.keywords["dbname"])
      let path = "\(user.directory)/shop.sql"
      try dump("pg_dump", ["--file=\(path)"], source)
      let dumped = try imported(try user.run(["import", path, "--name", name, "--json"]))
      let taken = try user.backup(source)
      let older = try imported(
        try user.run(["import", path, "--time", "2020-01-01T00:00Z", "--tag", "a=b", "--json"])
      )
      #expect(older.new_chunks == 0, "the same bytes")
      for reference in ["latest", "latest:\(name)"] {
        #expect(try user.run(["show", reference]).require(0).output.contains(taken.snapshot))
      }
      #expect(try user.run(["show", "a=b"]).require(0).output.contains(older.snapshot))
      #expect(try user.run(["show", "latest:shop"]).require(0).output.contains(older.snapshot))
      let policy = try user.run(["forget", "--keep-last", "1", "--dry-run"]).require(0)
      #expect(policy.output.contains(dumped.id) && policy.output.contains(older.id), "\(policy)")
      // Three series of one snapshot each: the policy keeps all of them.
      try user.run(["forget", "--keep-last", "1"]).require(0)
      let rest = try user.run(["snapshots"]).require(0).output
      #expect(rest.contains(dumped.id) && rest.contains(older.id) && rest.contains("(imported)"))

      // What only dumps need survives forgetting the others, collecting, and a copy.
      try user.run(["forget", taken.snapshot, dumped.id, "--even-last"]).require(0)
      try user.run(["collect", "--grace", "2h"]).require(0)
      let elsewhere = "\(user.directory)/elsewhere"
      let phrase = ["DRYDOCK_TO_PASSPHRASE": "the words of another building"]
      try user.run(["copy", "--to", elsewhere, "--init"], phrase).require(0)
      for variables in [
        [:],
        [
          "DRYDOCK_REPOSITORY": elsewhere,
          "DRYDOCK_PASSPHRASE": "the words of another building",
        ],
      ] {
        try user.run(["check", "--read-data"], variables).require(0)
        let back = try user.run(["export", "latest:shop"], variables).require(0).output
        #expect(back == String(decoding: try contents(path), as: UTF8.self))
      }
    }
  }
}
