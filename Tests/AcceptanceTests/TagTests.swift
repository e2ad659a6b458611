import Files
import Postgres
import TestSupport
import Testing

@Suite("Tags that a snapshot is given after it was taken")
struct TagTests {
  private struct Listing: Decodable {
    struct Item: Decodable {
      let snapshot: String
      let tags: [String: String]
    }
    let snapshots: [Item]
  }

  private struct Tagged: Decodable { let tags: [String: String] }

  private let phrase = "the words of another building"

  private func tags(
    _ user: Drydock,
    of snapshot: String,
    _ variables: [String: String] = [:]
  ) throws -> [String: String] {
    let listing = try user.run(["snapshots", "--json"], variables).require(0).result(Listing.self)
    return try #require(listing.snapshots.first { $0.snapshot == snapshot }).tags
  }

  @Test("They name it, change, go, and are nobody's by accident")
  func tags() throws {
    try withDatabase(on: .v15) { source in
      let user = try Drydock(on: .v15)
      let first = try user.backup(source)
      let second = try user.backup(source)
      let given = try user.run(["tag", first.id, "git=1a2b3c4", "release=2.4", "--json"])
      #expect(try given.result(Tagged.self).tags == ["git": "1a2b3c4", "release": "2.4"])
      try user.run(["tag", "git=1a2b3c4", "release=2.5", "--remove", "git"]).require(0)
      #expect(try tags(user, of: first.snapshot) == ["release": "2.5"])
      #expect(try tags(user, of: second.snapshot).isEmpty)
      let shown = try user.run(["show", "release=2.5"]).require(0)
      #expect(shown.output.contains(first.snapshot), "\(shown)")
      let records = try user.objects(in: "tags")
      let none = try user.run(["tag", first.id, "--remove", "git"]).require(0)
      #expect(none.errors.contains("has no tag git"), "\(none)")
      #expect(try user.objects(in: "tags") == records, "nothing changed, nothing is written")
      let empty = try user.run(["tag", first.id])
      #expect(empty.code == 2 && empty.errors.contains("No tag is given"), "\(empty)")
      try user.run(["check", "--read-data"]).require(0)
    }
  }

  @Test("What is protected stays, by policy and by name, until that is taken away")
  func protection() throws {
    try withDatabase(on: .v15) { source in
      let user = try Drydock(on: .v15)
      let first = try user.backup(source)
      let second = try user.backup(source)
      _ = try user.backup(source)
      try user.run(["protect", first.id, "--because", "before the merger"]).require(0)
      #expect(try tags(user, of: first.snapshot) == ["protected": "before the merger"])
      let named = try user.run(["forget", first.id])
      #expect(named.code == 3 && named.errors.contains("it is protected"), "\(named)")
      #expect(named.errors.contains("drydock protect \(first.id) --off"), "\(named)")
      try user.run(["forget", "--keep-last", "1"]).require(0)
      let left = try user.objects(in: "snapshots").joined(separator: " ")
      #expect(left.contains(first.snapshot) && !left.contains(second.snapshot), "\(left)")
      try user.run(["protect", first.id, "--off"]).require(0)
      try user.run(["forget", first.id]).require(0)
      #expect(try user.objects(in: "snapshots").count == 1)
    }
  }

  @Test("A change that cannot be read lets nothing be forgotten")
  func damaged() throws {
    try withDatabase(on: .v15) { source in
      let user = try Drydock(on: .v15)
      let first = try user.backup(source)
      _ = try user.backup(source)
      try user.run(["protect", first.id]).require(0)
      let path = try #require(try user.objects(in: "tags").first)
      let bytes = Array("not what was signed".utf8)
      try AtomicFile.write(bytes, to: path, collision: .replace, durability: .fast)
      let forgotten = try user.run(["forget", "--keep-last", "1"])
      #expect(forgotten.code == 4 && forgotten.missingOfError == [], "\(forgotten)")
      #expect(try user.objects(in: "snapshots").count == 2)
    }
  }

  @Test("A copy has them too, also those that come later")
  func copies() throws {
    try withDatabase(on: .v15) { source in
      let user = try Drydock(on: .v15)
      let elsewhere = "\(user.directory)/elsewhere"
      let variables = ["DRYDOCK_TO_PASSPHRASE": phrase]
      let itself = ["DRYDOCK_REPOSITORY": elsewhere, "DRYDOCK_PASSPHRASE": phrase]
      let first = try user.backup(source)
      try user.run(["tag", first.id, "release=2.4"]).require(0)
      try user.run(["copy", "--to", elsewhere, "--init"], variables).require(0)
      #expect(try tags(user, of: first.snapshot, itself) == ["release": "2.4"])
      try user.run(["protect", first.id]).require(0)
      for _ in 0..<2 { try user.run(["copy", "--to", elsewhere], variables).require(0) }
      #expect(try tags(user, of: first.snapshot, itself) == ["release": "2.4", "protected": "yes"])
    }
  }
}
