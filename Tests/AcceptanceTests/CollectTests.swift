import Cryptography
import Foundation
import ObjectStore
import Postgres
import TestSupport
import Testing

@testable import Repository

@Suite("Snapshots that are forgotten give their space back")
struct CollectTests {
  private struct Amount: Decodable { let packs, bytes: Int }

  private struct Collected: Decodable {
    let stored, deleted, marked, waiting: Amount
    let snapshots: Int
  }

  private func collect(_ user: Drydock, _ more: [String] = []) throws -> Collected {
    try user.run(["collect", "--json"] + more).require(0).result(Collected.self)
  }

  /// Writes the marks anew as if that had been so many hours ago, as only a full key can.
  ///
  /// The clocks of the program and of the file system stay as they are.
  private func age(_ user: Drydock, hours: Double) throws {
    let past = Date().addingTimeInterval(-hours * 3600)
    let store = LocalStore(user.repository)
    let passphrase = Secret(text: user.passphrase)
    let repository = try Repository.open(store, passphrase: passphrase, clock: { past })
    for mark in try Mark.all(in: repository) {
      let name = try Mark.put(mark.packs, isSwept: mark.isSwept, in: repository)
      try store.delete(mark.object)
      try FileManager.default.setAttributes(
        [.modificationDate: past],
        ofItemAtPath: "\(user.repository)/\(name)"
      )
    }
  }

  private func expectPlan(_ user: Drydock, _ taken: [BackupSummary]) throws {
    let plan = try user.run(["forget", "--dry-run", "--keep-last", "1"]).require(0)
    let lines = plan.output.split(separator: "\n")
    for (snapshot, what) in zip(taken, ["no rule keeps it", "no rule keeps it", "last 1"]) {
      let line = try #require(lines.first { $0.contains(snapshot.id) }, "\(plan)")
      #expect(line.hasSuffix(what), "\(plan)")
    }
    #expect(plan.output.contains("Would remove 2 snapshots."), "\(plan)")
    #expect(try user.objects(in: "snapshots").count == 3)
  }

  @Test("What only they held is marked, and deleted a day later; what stays restores as it was")
  func story() throws {
    try withDatabase(on: .v15) { source in
      let connection = try Connection.open(source)
      try connection.execute(
        """
        CREATE TABLE kept AS SELECT i, md5(i::text) AS x FROM generate_series(1, 20000) i;
        CREATE TABLE changed AS SELECT i, md5(random()::text) AS x FROM generate_series(1, 20000) i;
        """
      )
      let user = try Drydock(on: .v15)
      var taken = [try user.backup(source)]
      for _ in 0..<2 {
        try connection.execute("UPDATE changed SET x = md5(random()::text)")
        taken.append(try user.backup(source))
      }
      try expectPlan(user, taken)
      let forgotten = try user.run(["forget", "--keep-last", "1"]).require(0)
      #expect(forgotten.output.contains("Removed 2 snapshots."), "\(forgotten)")
      try user.run(["check", "--read-data"]).require(0)

      let planned = try collect(user, ["--dry-run"])
      #expect(planned.marked.packs > 0)
      #expect(try user.objects(in: "marks").isEmpty)
      let packs = try user.objects(in: "packs").count
      let marking = try collect(user)
      #expect(marking.snapshots == 1 && marking.marked.packs > 0 && marking.deleted.packs == 0)
      #expect(try user.objects(in: "packs").count >= packs, "nothing goes in the first phase")
      let tooSoon = try user.run(["collect", "--grace", "1h"])
      #expect(tooSoon.code == 2 && tooSoon.errors.contains("--grace must be 2h or more"))
      try age(user, hours: 23)
      #expect(try collect(user).deleted.packs == 0, "not before a day has passed")
      try age(user, hours: 25)
      let sweeping = try collect(user)
      #expect(sweeping.deleted.packs >= marking.marked.packs && sweeping.waiting.packs == 0)
      #expect(sweeping.deleted.bytes > 0)
      #expect(try user.objects(in: "packs").count < packs)
      try expectWhole(user, source, taken[2])
      // A mark outlasts its packs by a day, for those who have an old listing of them.
      for _ in 0..<2 {
        try age(user, hours: 25)
        #expect(try collect(user).marked.packs == 0)
      }
      #expect(try user.objects(in: "marks").isEmpty && user.objects(in: "leases").isEmpty)
      try connection.execute("UPDATE changed SET x = md5(random()::text) WHERE i % 9 = 0")
      try expectWhole(user, source, try user.backup(source))
    }
  }

  private func expectWhole(
    _ user: Drydock,
    _ source: ConnectionSettings,
    _ snapshot: BackupSummary
  ) throws {
    let check = try user.run(["check", "--read-data", "--quiet"])
    #expect(check.code == 0 && check.output.contains("Nothing is wrong."), "\(check)")
    #expect(check.errors.isEmpty, "\(check)")
    try withDatabase(on: .v15) { restored in
      let run = try user.restore(snapshot.snapshot, into: restored)
      #expect(run.output.contains("every digest equal"), "\(run)")
      try Copies(on: .v15, in: user.directory).expectEqual(restored, source)
    }
  }
}
