import Files
import Postgres
import Processes
import TestSupport
import Testing

@Suite("A full disk", .serialized)
struct FullDiskTests {
  /// Mounts a small file system over a directory while `body` runs; false when not root.
  private func withSmallDisk(
    _ directory: String,
    kibibytes: Int,
    _ body: () throws -> Void
  ) throws -> Bool {
    guard try Invocation("id", ["-u"]).run().text == "0\n" else {
      print("only root can mount the small disks of these tests: they are left out")
      return false
    }
    try Directory.create(directory)
    let options = "size=\(kibibytes)k,mode=1777"
    try Invocation("mount", ["-t", "tmpfs", "-o", options, "tmpfs", directory]).run().checked()
    defer { _ = try? Invocation("umount", ["--lazy", directory]).run() }
    try body()
    return true
  }

  /// Two snapshots' worth of rows that nothing can compress.
  private static let rows = """
    CREATE TABLE t AS SELECT i, sha512(i::text::bytea) AS h FROM generate_series(1, 4000) i
    """

  @Test("It is told, whatever was being written, and earlier snapshots stay whole")
  func repository() throws {
    try withDatabase(on: .v15) { source in
      let connection = try Connection.open(source)
      try connection.execute(Self.rows)
      var written: Set<String> = []
      // The pages that a second snapshot may use: too few for its pack, its index, its manifest.
      let probe = try Drydock(on: .v15)
      try probe.backup(source)
      try connection.execute("INSERT INTO t VALUES (0, 'new')")
      let sizes = try kibibytes(of: probe, ["format", "keys", "packs", "index", "snapshots"])
      try probe.backup(source)
      for extra in stride(from: 0, through: 40, by: 4) {
        let user = try Drydock(on: .v15, isNew: false)
        let mounted = try withSmallDisk(user.repository, kibibytes: sizes + extra) {
          try connection.execute("DELETE FROM t WHERE i = 0")
          try user.run(["init"]).require(0)
          let first = try user.run(["backup", source.argument])
          guard first.code == 0 else { return expectFull(first) }
          try connection.execute("INSERT INTO t VALUES (0, 'new')")
          let before = try counts(user)
          let second = try user.run(["backup", source.argument])
          if second.code == 0 { return }
          expectFull(second)
          written.insert(try stage(user, before))
          try user.run(["verify", "latest", "--level", "2"]).require(0)
        }
        guard mounted else { return }
      }
      print("the disk was full while writing: \(written.sorted())")
      #expect(written.isSuperset(of: ["pack", "index", "manifest"]))
    }
  }

  private func expectFull(_ run: Run) {
    #expect(run.code == 1, "\(run)")
    #expect(run.errors.contains("No space left"), "\(run)")
    #expect(run.missingOfError == [], "\(run)")
  }

  private func counts(_ user: Drydock) throws -> [Int] {
    try ["packs", "index"].map { try user.objects(in: $0).count }
  }

  /// What could not be written, told by what was.
  private func stage(_ user: Drydock, _ before: [Int]) throws -> String {
    let now = try counts(user)
    if now[0] == before[0] { return "pack" }
    return now[1] == before[1] ? "index" : "manifest"
  }

  private func kibibytes(of user: Drydock, _ names: [String]) throws -> Int {
    try names.flatMap { try user.objects(in: $0) }
      .reduce(0) { try $0 + (ReadableFile(path: $1).size() + 4095) / 4096 * 4 }
  }

  @Test("A scratch server without room says so and goes away")
  func scratch() throws {
    try withDatabase(on: .v15) { source in
      try Connection.open(source).execute(
        """
        CREATE TABLE t AS SELECT i, repeat(md5(i::text), 30) AS x FROM generate_series(1, 40000) i;
        ALTER TABLE t ALTER x SET STORAGE PLAIN;
        """
      )
      let user = try Drydock(on: .v15)
      try user.backup(source)
      try user.write(patch: "0001_x.sql", "ALTER TABLE t ADD COLUMN y int;\n")
      _ = try withSmallDisk(user.temporary, kibibytes: 70 << 10) {
        let run = try user.run(["gate", "--database", source.argument])
        #expect(run.code == 1, "\(run)")
        // The server says it in one of two ways, and always with this SQLSTATE.
        #expect(run.errors.contains("53100"), "\(run)")
        #expect(run.missingOfError == [], "\(run)")
        #expect(try user.leftovers() == [])
      }
    }
  }
}
