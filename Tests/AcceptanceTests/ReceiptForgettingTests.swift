import Foundation
import Postgres
import Rehearsal
import TestSupport
import Testing

@Suite("Receipts that expired long ago")
struct ReceiptForgettingTests {
  private static let day = 86_400

  /// Ids that the store has, sorted.
  private func ids(_ kind: String, _ user: Drydock) throws -> [String] {
    try user.objects(in: kind).compactMap { $0.split(separator: "/").last }
      .map { String($0.prefix { $0 != "." }) }.sorted()
  }

  @Test("They go with their revocations; what is good, young or a stranger's stays")
  func forgotten() throws {
    try withDatabase(on: .v15) { database in
      let shop = try BoundShop(database, on: .v15)
      let user = shop.user
      let now = Int(Date().timeIntervalSince1970)
      let config = ["--config", "\(user.directory)/drydock-own.yaml"]
      let good = try ids("receipts", user)
      func keep(_ id: String, expiredFor days: Int, as name: String? = nil) throws {
        _ = try shop.forged { receipt in
          receipt.id = id
          receipt.created = now - (days + 1) * Self.day
          receipt.expires = now - days * Self.day
        }
        try FileManager.default.moveItem(
          atPath: "\(user.directory)/forged.json",
          toPath: "\(user.repository)/receipts/\(name ?? "\(id).\(now - days * Self.day)")"
        )
      }
      try keep("aaaa", expiredFor: 91)
      try keep("bbbb", expiredFor: 200)
      try keep("cccc", expiredFor: 89)
      try keep("dddd", expiredFor: 300, as: "dddd")
      // The name says old, what is signed says young: a name proves nothing.
      try keep("eeee", expiredFor: 5, as: "eeee.1000")
      let path = "\(user.repository)/receipts"
      try "{}".write(toFile: "\(path)/ffff.1000", atomically: true, encoding: .utf8)
      for id in ["bbbb", "cccc"] {
        try user.run(["receipts", "revoke", id, "--because", "a test"] + config).require(0)
      }
      let all = try ids("receipts", user)
      let dry = try user.run(["receipts", "forget", "--dry-run"] + config).require(0)
      #expect(dry.output.contains("3 receipts would be removed, 4 kept."), "\(dry)")
      #expect(try ids("receipts", user) == all)
      #expect(try user.run(["receipts", "forget", "--older-than", "1h"] + config).code == 2)
      let run = try user.run(["receipts", "forget"] + config).require(0)
      #expect(run.output.contains("3 receipts removed, 4 kept."), "\(run)")
      #expect(run.output.contains("nobody who is trusted here signed them: ffff"), "\(run)")
      #expect(try ids("receipts", user) == (good + ["cccc", "eeee", "ffff"]).sorted())
      #expect(try ids("revocations", user) == ["cccc"])
      let again = try user.run(["receipts", "forget"] + config).require(0)
      #expect(again.output.contains("0 receipts removed, 4 kept."), "\(again)")
      try shop.migrate().require(0)
    }
  }

  @Test("A migration does not read receipts that expired long ago, but says what expired last")
  func unread() throws {
    try withDatabase(on: .v15) { database in
      let shop = try BoundShop(database, on: .v15)
      let receipts = "\(shop.user.repository)/receipts"
      let now = Int(Date().timeIntervalSince1970)
      for number in 1...20 {
        try "{}".write(
          toFile: "\(receipts)/young\(number).\(now - number)",
          atomically: true,
          encoding: .utf8
        )
      }
      // Whoever reads it fails: it is larger than any receipt may be.
      let old = "\(receipts)/old.\(now - 30 * Self.day)"
      #expect(FileManager.default.createFile(atPath: old, contents: nil))
      let file = try #require(FileHandle(forWritingAtPath: old))
      try file.truncate(atOffset: 1 << 30)
      let config = ["--config", "\(shop.user.directory)/drydock-own.yaml"]
      #expect(try shop.user.run(["receipts", "list"] + config).code != 0)
      try shop.migrate().require(0)
    }
  }
}
