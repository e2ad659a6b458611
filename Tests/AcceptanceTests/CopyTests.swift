import Files
import Foundation
import Postgres
import Processes
import TestSupport
import Testing

@Suite("Snapshots in a second repository")
struct CopyTests {
  /// What `copy --json` ends with.
  private struct Copied: Decodable {
    struct Item: Decodable {
      let snapshot: String
      let bytes_stored: Int
    }

    let known: Int
    let snapshots: [Item]
  }

  private let phrase = "the words of another building"

  private func copied(_ run: Run) throws -> Copied { try run.require(0).result(Copied.self) }

  @Test("A copy restores what its original restores, by itself, every digest equal")
  func roundTrip() throws {
    try withDatabase(on: .v15) { source in
      let connection = try Connection.open(source)
      try connection.execute(
        """
        CREATE TABLE t AS SELECT i, md5(i::text) AS x FROM generate_series(1, 5000) i;
        SELECT lo_from_bytea(70005, 'content');
        """
      )
      let user = try Drydock(on: .v15)
      let elsewhere = "\(user.directory)/elsewhere"
      let variables = ["DRYDOCK_TO_PASSPHRASE": phrase]
      let command = ["copy", "--to", elsewhere, "--json"]
      let first = try user.backup(source)
      let missing = try user.run(["copy", "--to", elsewhere], variables)
      #expect(missing.code == 1 && missing.errors.contains("--init"), "\(missing)")
      let unnamed = try user.run(["copy", "--to", elsewhere, "--init"])
      #expect(unnamed.code == 2 && unnamed.errors.contains("DRYDOCK_TO_PASSPHRASE"), "\(unnamed)")
      let made = try copied(try user.run(command + ["--init"], variables, secrets: [phrase]))
      #expect(made.snapshots.map(\.snapshot) == [first.snapshot])

      try connection.execute("UPDATE t SET x = 'changed' WHERE i % 100 = 0")
      let second = try user.backup(source)
      let planned = try copied(try user.run(command + ["--dry-run"], variables))
      let next = try copied(try user.run(command, variables, secrets: [phrase]))
      #expect(next.snapshots.map(\.snapshot) == [second.snapshot] && next.known == 1)
      #expect(planned.snapshots[0].bytes_stored == next.snapshots[0].bytes_stored)
      let again = try copied(try user.run(command, variables))
      #expect(again.snapshots.isEmpty && again.known == 2)

      try Directory.removeTree(user.repository)
      let itself = ["DRYDOCK_REPOSITORY": elsewhere, "DRYDOCK_PASSPHRASE": phrase]
      try user.run(["check", "--read-data"], itself).require(0)
      for snapshot in [first.snapshot, second.snapshot] {
        try user.run(["verify", snapshot, "--level", "2"], itself).require(0)
      }
      try withDatabase(on: .v15) { restored in
        let run = try user.run(["restore", "latest", "--into", restored.argument], itself)
        #expect(try run.require(0).output.contains("every digest equal"), "\(run)")
        let copies = Copies(on: .v15, in: user.directory)
        try copies.expectEqual(restored, source)
      }
      // A snapshot's child can be taken in the copy, as when the first building is gone.
      try connection.execute("UPDATE t SET x = 'later' WHERE i = 7")
      try user.run(["backup", source.argument], itself).require(0)
    }
  }

  @Test("A repository that was made apart is refused with the remedy, and nothing is written")
  func apart() throws {
    let user = try Drydock(on: .v15)
    let other = "\(user.directory)/other"
    let variables = ["DRYDOCK_TO_PASSPHRASE": user.passphrase]
    try user.run(["init", "--repository", other]).require(0)
    let refused = try user.run(["copy", "--to", other], variables)
    #expect(refused.code == 3, "\(refused)")
    #expect(refused.errors.contains("was not made as a copy of"), "\(refused)")
    #expect(refused.errors.contains("--init"), "\(refused)")
    let taken = try user.run(["copy", "--to", other, "--init"], variables)
    #expect(taken.code == 3 && taken.errors.contains("is not empty"), "\(taken)")
    let wrong = try user.run(["copy", "--to", other], ["DRYDOCK_TO_PASSPHRASE": "wrong"])
    #expect(wrong.code == 2 && wrong.errors.contains("DRYDOCK_TO_PASSPHRASE"), "\(wrong)")
    let same = try user.run(["copy", "--to", user.repository], variables)
    #expect(same.code == 2, "\(same)")
  }
}
