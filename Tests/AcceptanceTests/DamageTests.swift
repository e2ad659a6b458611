import Files
import Postgres
import TestSupport
import Testing

@Suite("Damage in a repository")
struct DamageTests {
  /// A kind of object, by the directory in which it lies.
  enum Kind: String, CaseIterable, Sendable {
    case format
    case keys
    case packs
    case index
    case snapshots
  }

  private static let seed = """
    CREATE TABLE t AS SELECT i, md5(i::text) AS x FROM generate_series(1, 5000) i
    """

  @Test("A flipped bit is found, named, and costs nothing else", arguments: Kind.allCases)
  func flippedBit(kind: Kind) throws {
    try damaged(kind) { bytes in bytes[bytes.count / 2] ^= 0x04 }
  }

  @Test("A truncated object is found, named, and costs nothing else", arguments: Kind.allCases)
  func truncated(kind: Kind) throws {
    try damaged(kind) { bytes in bytes.removeLast(bytes.count / 3) }
  }

  @Test("A check says which rows are lost, and a full backup brings them back")
  func rows() throws {
    try withDatabase(on: .v15) { source in
      try Connection.open(source).execute(Self.seed)
      let user = try Drydock(on: .v15)
      try user.backup(source)
      // The rows are three chunks of one size, so the middle of the pack is in the second.
      try user.damagePack()
      try user.run(["check"]).require(0)
      let check = try user.run(["check", "--read-data"])
      #expect(check.code == 4, "\(check)")
      let lost = "rows of public.t  1,920    16 to 31             1,920"
      #expect(check.output.contains(lost), "\(check)")
      #expect(check.output.contains("0 of 1 table whole, 3,080 of 5,000 rows"), "\(check)")
      try user.backup(source, ["--full-read"])
      let after = try user.run(["check", "--read-data"])
      #expect(after.code == 4, "the damaged object is still there")
      #expect(after.output.contains("Every snapshot can be restored whole all the same."))
      try withDatabase(on: .v15) { target in _ = try user.restore(into: target) }
    }
  }

  /// Damages one object, expects everyone who reads it to say so, then mends it and restores.
  private func damaged(_ kind: Kind, _ damage: (inout [UInt8]) -> Void) throws {
    try withDatabase(on: .v15) { source in
      try Connection.open(source).execute(Self.seed)
      let user = try Drydock(on: .v15)
      try user.backup(source)
      let path = try #require(try user.objects(in: kind.rawValue).first)
      let whole = try ReadableFile.contents(of: path)
      var bytes = whole
      damage(&bytes)
      try AtomicFile.write(bytes, to: path, collision: .replace, durability: .fast)
      try withDatabase(on: .v15) { target in
        let run = try user.run(["restore", "latest", "--into", target.argument])
        #expect(run.code == 4, "\(kind): \(run)")
        #expect(run.missingOfError == [], "\(run)")
      }
      let proof = try user.run(["verify", "latest", "--level", "2"])
      #expect(proof.code == 4, "\(kind): \(proof)")
      try AtomicFile.write(whole, to: path, collision: .replace, durability: .fast)
      try withDatabase(on: .v15) { target in _ = try user.restore(into: target) }
    }
  }
}
