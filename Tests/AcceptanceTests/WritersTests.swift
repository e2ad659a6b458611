import Foundation
import Postgres
import Processes
import TestSupport
import Testing

@Suite("Several writers in one repository")
struct WritersTests {
  private struct Listing: Decodable {
    struct Item: Decodable { let snapshot: String }
    let snapshots: [Item]
  }

  private func expectWhole(_ user: Drydock, count: Int) throws {
    let listing = try user.run(["snapshots", "--json"]).require(0).result(Listing.self)
    #expect(listing.snapshots.count == count)
    for item in listing.snapshots {
      let proof = try user.run(["verify", item.snapshot, "--level", "2"])
      #expect(proof.code == 0, "\(proof)")
    }
    try user.run(["check", "--read-data"]).require(0)
    #expect(try user.objects(in: "leases").isEmpty)
  }

  /// Sends a signal by its name.
  private func send(_ signal: String, to child: Child) throws {
    try Invocation("sh", ["-c", #"kill -s "$0" "$1""#, signal, "\(child.pid)"]).run().checked()
  }

  @Test("Two backups at once are both whole, and share what both found")
  func atOnce() throws {
    try withDatabase(on: .v15) { source in
      let connection = try Connection.open(source)
      try connection.execute(
        "CREATE TABLE t AS SELECT i, md5(i::text) AS x FROM generate_series(1, 20000) i"
      )
      let user = try Drydock(on: .v15)
      try user.backup(source)
      for round in 1...2 {
        try connection.execute("UPDATE t SET x = 'round \(round)' WHERE i % 50 = \(round)")
        let children = try (0..<2).map { _ in
          try user.invocation(["backup", source.argument]).start()
        }
        for child in children { #expect(try child.wait(timeLimit: .seconds(120)) == .exited(0)) }
      }
      try expectWhole(user, count: 5)
      try withDatabase(on: .v15) { restored in
        try user.restore(into: restored)
        try Copies(on: .v15, in: user.directory).expectEqual(restored, source)
      }
    }
  }

  /// Starts a backup that stops itself right before it stores an object of this kind.
  private func stopped(
    _ user: Drydock,
    _ source: ConnectionSettings,
    before object: String
  ) throws -> Child {
    let pause = ["DRYDOCK_FAULT_PAUSE": "store before put: \(object)"]
    let path = "\(user.directory)/stopped.log"
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    let log = try #require(FileHandle(forWritingAtPath: path))
    let child = try user.invocation(["backup", source.argument], pause)
      .start(log: log.fileDescriptor)
    Wait.asLongAs(!ProcessTable.isStopped(child.pid) && child.status == nil)
    let said = try String(contentsOfFile: path, encoding: .utf8)
    #expect(child.status == nil, "it did not stop: \(said)")
    #expect(try user.objects(in: "leases").count == 1)
    return child
  }

  @Test("A writer that is frozen blocks nobody, and goes on when it thaws")
  func frozen() throws {
    try withDatabase(on: .v15) { source in
      try Connection.open(source).execute(
        "CREATE TABLE t AS SELECT i, md5(i::text) AS x FROM generate_series(1, 5000) i"
      )
      let user = try Drydock(on: .v15)
      for (number, object) in ["packs/", "snapshots/"].enumerated() {
        let child = try stopped(user, source, before: object)
        defer { child.signal(.kill) }
        try user.backup(source)
        #expect(try user.objects(in: "leases").count == 1)
        try user.run(["check", "--read-data"]).require(0)
        try send("CONT", to: child)
        #expect(try child.wait(timeLimit: .seconds(120)) == .exited(0))
        try expectWhole(user, count: 2 * (number + 1))
      }
    }
  }

  @Test("A writer that was killed leaves a lease that blocks nobody")
  func dead() throws {
    try withDatabase(on: .v15) { source in
      try Connection.open(source).execute("CREATE TABLE t AS SELECT 1 AS a")
      let user = try Drydock(on: .v15)
      let child = try stopped(user, source, before: "snapshots/")
      child.signal(.kill)
      #expect(try child.wait(timeLimit: .seconds(30)) == .signalled(9))
      try user.backup(source)
      #expect(try user.objects(in: "leases").count == 1, "that of the dead")
      try user.run(["verify", "latest", "--level", "2"]).require(0)
    }
  }

  @Test("An append-only repository takes backups, and doctor says what binds whom")
  func appendOnly() throws {
    try withDatabase(on: .v15) { source in
      try Connection.open(source).execute("CREATE TABLE t AS SELECT 1 AS a")
      let user = try Drydock(on: .v15, isNew: false)
      let made = try user.run(["init", "--append-only"]).require(0)
      #expect(made.output.contains("append only"), "\(made)")
      for _ in 0..<2 { try user.backup(source) }
      #expect(try user.objects(in: "leases").count == 2, "not even a lease is removed")
      try user.run(["check", "--read-data"]).require(0)
      let copy = "\(user.directory)/copy"
      let words = ["copy", "--to", copy, "--to-append-only"]
      let phrase = ["DRYDOCK_TO_PASSPHRASE": "other words"]
      #expect(try user.run(words, phrase).code == 2)
      try user.run(words + ["--init"], phrase).require(0)
      let features = try String(contentsOfFile: "\(copy)/format", encoding: .utf8)
      #expect(features.contains("append-only"))
      let doctor = try user.run(["doctor", "--database", source.argument])
      #expect(doctor.output.contains("drydock removes nothing"), "\(doctor)")
      #expect(doctor.output.contains("this user can remove files there"), "\(doctor)")
      #expect(doctor.output.contains("chattr +a"), "\(doctor)")
    }
  }
}
