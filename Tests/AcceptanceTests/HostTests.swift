import Foundation
import Postgres
import TestSupport
import Testing

@Suite("A host that may only write")
struct HostTests {
  private struct Generated: Decodable { let public_key: String }

  private struct Added: Decodable {
    struct Slot: Decodable { let id, authority: String }
    let slot: Slot
  }

  private struct Listing: Decodable {
    struct Item: Decodable { let snapshot: String }
    let snapshots: [Item]
  }

  /// The owner's repository, with a snapshot of his, and a host with a slot of role `write`.
  private struct Scene {
    let owner: Drydock
    let slot: String
    let ownSnapshot: BackupSummary
    /// What makes a run one of the host's.
    let variables: [String: String]

    init(_ source: ConnectionSettings) throws {
      owner = try Drydock(on: .v15)
      ownSnapshot = try owner.backup(source)
      let file = "\(owner.directory)/host.key"
      let generated = try owner.run(["key", "generate", file, "--json"]).require(0)
      let key = try generated.result(Generated.self).public_key
      let words = ["key", "add", "--recipient", key, "--role", "write", "--label", "db1"]
      let added = try owner.run(words + ["--json"]).require(0).result(Added.self).slot
      slot = added.id
      variables = [
        "DRYDOCK_PASSPHRASE": "", "DRYDOCK_KEY_FILE": file, "HOME": "\(owner.directory)/host",
      ]
      let doctor = try owner.run(["doctor", "--database", source.argument], variables)
      #expect(doctor.output.contains("the key file names no authority"), "\(doctor)")
      try owner.run(["key", "trust", file, added.authority], variables).require(0)
    }

    /// Runs a command as the host.
    func host(_ words: [String]) throws -> Run { try owner.run(words, variables) }
  }

  @Test("It backs up on its own snapshots, restores those, and is told plainly what it may not")
  func story() throws {
    try withDatabase(on: .v15) { source in
      let connection = try Connection.open(source)
      try connection.execute(
        """
        CREATE TABLE t AS SELECT i, md5(i::text) AS x FROM generate_series(1, 20000) i;
        SELECT lo_from_bytea(70005, 'content');
        """
      )
      let scene = try Scene(source)
      let words = ["backup", source.argument, "--json"]
      let first = try scene.host(words).require(0).result(BackupSummary.self)
      #expect(first.knownChunks == 0, "nothing of the owner's is relied on")
      try connection.execute("UPDATE t SET x = 'changed' WHERE i = 7")
      let second = try scene.host(words).require(0).result(BackupSummary.self)
      #expect(second.newChunks > 0 && second.newChunks < first.newChunks, "\(second)")
      #expect(second.knownChunks > 0, "its own snapshot is the parent")

      try expectLimits(scene, first)
      try expectOwnWork(scene, source, second)
      try expectOwnerSees(scene, source)
    }
  }

  /// What only a full key may do changes nothing, and says what, why and what next.
  private func expectLimits(_ scene: Scene, _ first: BackupSummary) throws {
    let before = try scene.owner.objects(in: ".")
    for words in [
      ["forget", first.id], ["forget", "--keep-last", "1"],
      ["forget", "--dry-run", "--keep-last", "1"], ["collect"], ["collect", "--dry-run"],
      ["collect", "--undo"], ["check", "--repair"], ["key", "rotate"],
      ["key", "remove", scene.slot], ["tag", first.id, "a=b"], ["protect", first.id],
      ["key", "add", "--passphrase-file-new", "second", "--label", "x"],
    ] {
      if words.contains("second") {
        try Data("second\n".utf8).write(to: URL(fileURLWithPath: "\(scene.owner.directory)/second"))
        try FileManager.default.setAttributes(
          [.posixPermissions: 0o600],
          ofItemAtPath: "\(scene.owner.directory)/second"
        )
      }
      let run = try scene.host(words)
      #expect(run.code == 3, "\(run)")
      #expect(run.errors.contains("needs a full key"), "\(run)")
      #expect(run.errors.contains("role `write`") && run.missingOfError == [], "\(run)")
    }
    #expect(try scene.owner.objects(in: ".") == before)
    for words in [
      ["restore", scene.ownSnapshot.id, "--into", "postgres:///nowhere"],
      ["verify", scene.ownSnapshot.id], ["show", scene.ownSnapshot.id],
    ] {
      let run = try scene.host(words)
      #expect(run.code == 2, "\(run)")
      #expect(run.errors.contains("1 snapshot of others cannot be read with this key"), "\(run)")
      #expect(run.missingOfError == [], "\(run)")
    }
  }

  /// What it may do, it does as everybody else.
  private func expectOwnWork(
    _ scene: Scene,
    _ source: ConnectionSettings,
    _ second: BackupSummary
  ) throws {
    let listing = try scene.host(["snapshots"]).require(0)
    #expect(listing.output.contains("1 snapshot of others cannot be read with this key"))
    let shown = try scene.host(["snapshots", "--json"]).require(0).result(Listing.self)
    #expect(shown.snapshots.count == 2 && shown.snapshots.last?.snapshot == second.snapshot)
    try withDatabase(on: .v15) { restored in
      let run = try scene.host(["restore", "latest", "--into", restored.argument]).require(0)
      #expect(run.output.contains("every digest equal"), "\(run)")
      try Copies(on: .v15, in: scene.owner.directory).expectEqual(restored, source)
    }
    try scene.owner.run(["verify", "latest", "--level", "2"]).require(0)
    try scene.host(["verify", "latest", "--level", "2"]).require(0)
    // The owner's proof is beside, which the host can as little read as his snapshot.
    try scene.host(["verify", "latest", "--max-age", "1h"]).require(0)
    for words in [["check"], ["check", "--read-data"]] {
      let run = try scene.host(words)
      #expect(run.code == 0, "\(run)")
      #expect(run.output.contains("3; 1 of others, which this key cannot read"), "\(run)")
      #expect(run.output.contains("Nothing is wrong with what this key can read."), "\(run)")
    }
    let doctor = try scene.host(["doctor", "--database", source.argument])
    #expect(doctor.output.contains("2 snapshots"), "\(doctor)")
    #expect(doctor.output.contains("its slot has role write"), "\(doctor)")
    #expect(!doctor.output.contains("names no authority"), "\(doctor)")
    let keys = try scene.host(["key", "list"]).require(0)
    #expect(keys.output.contains("\(scene.slot.prefix(8)) *  recipient   write"), "\(keys)")
  }

  /// The owner reads, checks, forgets and collects what the host wrote.
  private func expectOwnerSees(_ scene: Scene, _ source: ConnectionSettings) throws {
    let owner = scene.owner
    let check = try owner.run(["check", "--read-data"]).require(0)
    #expect(check.output.contains("Nothing is wrong."), "\(check)")
    try withDatabase(on: .v15) { restored in
      try owner.restore(into: restored)
      try Copies(on: .v15, in: owner.directory).expectEqual(restored, source)
    }
    // What both have stays in both forms; this only one snapshot of the owner's has.
    let connection = try Connection.open(source)
    try connection.execute(
      "CREATE TABLE brief AS SELECT md5(random()::text) FROM generate_series(1, 20000)"
    )
    try owner.backup(source)
    try connection.execute("DROP TABLE brief")
    // Each builds upon its own, so each has a series of its own, of which the last one stays.
    try owner.backup(source)
    try scene.host(["backup", source.argument]).require(0)
    try owner.run(["forget", "--keep-last", "1"]).require(0)
    try owner.run(["collect"]).require(0)
    #expect(try owner.objects(in: "marks").count == 1)
    // The host keeps away from what is marked, and goes on.
    let third = try scene.host(["backup", source.argument, "--json"]).require(0)
    let name = try third.result(BackupSummary.self).snapshot
    try owner.run(["verify", name, "--level", "2"]).require(0)
    try scene.host(["check", "--read-data"]).require(0)
    try owner.run(["key", "remove", scene.slot]).require(0)
    let ended = try scene.host(["snapshots"])
    #expect(ended.code == 2 && ended.errors.contains("key file does not open"), "\(ended)")
    #expect(ended.missingOfError == [], "\(ended)")
    try owner.run(["check", "--read-data"]).require(0)
  }
}
