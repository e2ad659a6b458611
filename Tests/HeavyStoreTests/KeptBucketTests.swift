import HTTP
import Postgres
import Repository
import TestSupport
import Testing

@Suite("A bucket that lets nothing go", .serialized)
struct KeptBucketTests {
  @Test("With object lock, forget and collect only hide: every version stays and can come back")
  func objectLock() throws {
    let address = try RealStore.ceph.makeBucket([.init("x-amz-bucket-object-lock-enabled", "true")])
    let bucket = try BucketAdministration(.ceph, address)
    try bucket.lock()
    try withDatabase(on: .v15) { source in
      let trial = try StoreTrial(.ceph, source, at: address)
      try trial.fill(rows: 2000)
      let made = try trial.run(["init"]).require(0)
      #expect(made.output.contains("object lock configured"), "\(made)")
      let first = try trial.user.backup(source)
      try trial.execute("DROP TABLE ballast; DELETE FROM cargo WHERE id % 2 = 0")
      let second = try trial.user.backup(source)
      let stored = try bucket.versions().filter { !$0.isMarker }

      _ = try trial.run(["forget", first.id]).require(0)
      _ = try trial.run(["collect"]).require(0)
      #expect(try trial.collectLater().deleted.packs > 0)
      _ = try trial.run(["check", "--read-data"]).require(0)
      try trial.expectRestores(second.snapshot)
      let gone = try trial.run(["verify", first.snapshot])
      #expect(gone.code != 0 && gone.missingOfError.isEmpty, "\(gone)")

      // Nothing of it has left the bucket, and nobody can make it leave.
      let versions = try bucket.versions()
      #expect(stored.allSatisfy(versions.contains))
      for version in stored { #expect(try bucket.remove(version) == 403) }
      for marker in versions where marker.isMarker { #expect(try bucket.remove(marker) != 403) }
      _ = try trial.run(["verify", first.snapshot, "--level", "2"]).require(0)
      _ = try trial.run(["check", "--read-data"]).require(0)
      try trial.user.backup(source)
    }
  }

  @Test("Without the right to delete, backups are done with a warning, and nothing can be removed")
  func deleteDenied() throws {
    let address = try RealStore.ceph.makeBucket()
    try BucketAdministration(.ceph, address).letWrite("bench")
    try withDatabase(on: .v15) { source in
      let trial = try StoreTrial(.ceph, source, at: address, as: .stranger)
      try trial.fill(rows: 500)
      let made = try trial.run(["init"]).require(0)
      #expect(made.output.contains("deletes nothing"), "\(made)")
      var names: [String] = []
      for number in 1...2 {
        let run = try trial.run(["backup", source.argument]).require(0)
        #expect(run.errors.contains("warning: "), "\(run)")
        names.append(try trial.newest())
        try trial.execute("DELETE FROM cargo WHERE id % 5 = \(number)")
      }
      // The newest one: the others are parents of leases that could not be removed either.
      let refused = try trial.run(["forget", names[1]])
      #expect(refused.code != 0 && refused.missingOfError.isEmpty, "\(refused)")
      #expect(refused.errors.contains("AccessDenied"), "\(refused)")
      _ = try trial.run(["collect"]).require(0)
      for name in names { _ = try trial.run(["verify", name, "--level", "2"]).require(0) }
      _ = try trial.run(["check", "--read-data"]).require(0)
      try trial.user.backup(source)
      try trial.expectRestores()
    }
  }
}
