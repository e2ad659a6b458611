import Files
import Foundation
import Postgres
import TestSupport
import Testing

@Suite("An import of a directory proves the bytes that it stores")
struct OverlappingImportTests {
  /// A directory of PostgreSQL's programs whose `pg_restore` first lets something happen to the dump.
  private func programs(_ event: String, for user: Drydock) throws -> String {
    let directory = "\(user.directory)/programs"
    try Directory.create(directory)
    let real = try DumpPrograms.directory(of: .v15)
    for name in ["pg_dump", "pg_dumpall", "pg_restore", "psql"] {
      let isLast = name == "pg_restore"
      let script = """
        #!/bin/sh
        case "$1" in --file=/dev/null) \(isLast ? event : ":") ;; esac
        exec \(real)/\(name) "$@"

        """
      try AtomicFile.write(Array(script.utf8), to: "\(directory)/\(name)", collision: .replace)
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755],
        ofItemAtPath: "\(directory)/\(name)"
      )
    }
    return directory
  }

  @Test(
    "A dump that is still being written while it is imported is refused",
    arguments: ["missing", "short", "rewritten"]
  )
  func overlapping(how: String) throws {
    try withDatabase(on: .v15) { source in
      try Connection.open(source).execute(
        "CREATE TABLE t AS SELECT i, md5(i::text) FROM generate_series(1, 5000) i"
      )
      let user = try Drydock(on: .v15)
      let path = "\(user.directory)/shop"
      try DumpPrograms.run(
        "pg_dump",
        ["--format=directory", "--file=\(path)", "--dbname=\(source.argument)"],
        on: .v15
      )
      let data = try #require(
        try Directory.entries(of: path).first { $0.name.hasSuffix(".dat.gz") }
      ).name
      let whole = "\(user.directory)/whole"
      try FileManager.default.copyItem(atPath: "\(path)/\(data)", toPath: whole)
      // As pg_dump had written it when the import came by: not at all, in part, or other bytes.
      switch how {
      case "missing": try Directory.removeFile("\(path)/\(data)")
      case "short":
        let bytes = try ReadableFile.contents(of: whole)
        try AtomicFile.write(
          Array(bytes.dropLast(300)),
          to: "\(path)/\(data)",
          collision: .replace
        )
      default:
        var bytes = try ReadableFile.contents(of: whole)
        bytes[bytes.count / 2] ^= 1
        try AtomicFile.write(bytes, to: "\(path)/\(data)", collision: .replace)
      }
      let late = try programs("cp \(whole) \(path)/\(data)", for: user)
      let run = try user.run(["import", path], ["DRYDOCK_BINARIES": late]).require(3)
      #expect(run.errors.contains("changed while it was imported"), "\(run)")
      #expect(run.errors.contains(data) && run.missingOfError == [], "\(run)")
      #expect(try user.run(["snapshots"]).require(0).output.contains("No snapshots yet"))
      try user.run(["import", path]).require(0)
      try user.run(["verify", "latest:shop", "--level", "3"]).require(0)
    }
  }
}
