import Files
import Foundation
import Postgres
import Rehearsal
import TestSupport
import Testing

/// Which receipts and revocations of a repository count, and which receipt is taken.
@Suite("The receipts of a repository")
struct ReceiptTrustTests {
  private struct Listing: Decodable {
    struct Entry: Decodable {
      let receipt: String
    }
    let receipts: [Entry]
    let strangers: [String]
  }

  private func withShop(_ body: (BoundShop, _ id: String) throws -> Void) throws {
    try withDatabase(on: .v15) { database in
      let shop = try BoundShop(database, on: .v15)
      // After the dot a receipt's name says when it expires.
      let name = shop.receiptFile.split(separator: "/").last
      try body(shop, try #require(name?.split(separator: ".").first.map(String.init)))
    }
  }

  private func own(_ shop: BoundShop) -> [String] {
    ["--config", "\(shop.user.directory)/drydock-own.yaml"]
  }

  private func bytes(_ path: String) throws -> [UInt8] { try ReadableFile.contents(of: path) }

  /// Puts a receipt into the repository that differs from the real one and is signed all the same.
  private func add(
    _ id: String,
    to shop: BoundShop,
    _ change: (inout Receipt) -> Void
  ) throws {
    let signed = try shop.forged { receipt in
      receipt.id = id
      change(&receipt)
    }
    let text = String(decoding: try bytes(signed[1]), as: UTF8.self)
    try BoundShop.write(text, to: "\(shop.user.repository)/receipts/\(id)")
  }

  @Test("An altered one, and one under another's name, count for nothing and stop nobody")
  func strangers() throws {
    try withShop { shop, id in
      let real = String(decoding: try bytes(shop.receiptFile), as: UTF8.self)
      let receipts = "\(shop.user.repository)/receipts"
      try BoundShop.write(real.replacing("drydock 0", with: "drydock 1"), to: "\(receipts)/altered")
      try BoundShop.write(real, to: "\(receipts)/copy")
      let list = try shop.user.run(["receipts", "list", "--json"] + own(shop)).require(0)
      let listing = try list.result(Listing.self)
      #expect(listing.receipts.map(\.receipt) == [id])
      #expect(listing.strangers.sorted() == ["altered", "copy"])
      try shop.migrate().require(0)
      #expect(try shop.isMigrated())
    }
  }

  @Test("A revocation that nobody would honour is refused; what lies under its name is no reason")
  func revocation() throws {
    try withShop { shop, id in
      let user = shop.user
      let revocations = "\(user.repository)/revocations"
      try Directory.create(revocations)
      try BoundShop.write("junk", to: "\(revocations)/\(id)")
      let revoke = ["receipts", "revoke", id, "--because", "wrong data set"]

      let trusted = String(decoding: try bytes("\(user.directory)/drydock-own.yaml"), as: UTF8.self)
      let keys = try #require(trusted.split(separator: "\n").last)
      let key = "\(user.directory)/stranger.key"
      try user.run(["key", "generate", "--receipts", key]).require(0)
      let stranger = "\(user.directory)/stranger.yaml"
      try BoundShop.write("receipt_key: \(key)\n\(keys)\n", to: stranger)
      let unheard = try user.run(revoke + ["--config", stranger])
      #expect(unheard.code == 3 && unheard.missingOfError == [], "\(unheard)")
      #expect(unheard.errors.contains("the key that signs here is not trusted here"), "\(unheard)")
      #expect(try user.objects(in: "revocations").count == 1)

      try user.run(revoke + own(shop)).require(0)
      let refused = try shop.migrate()
      #expect(refused.code == 3, "\(refused)")
      #expect(refused.errors.contains("it was revoked: wrong data set"), "\(refused)")
      let again = try user.run(revoke + own(shop))
      #expect(again.code == 3 && again.errors.contains("is revoked already"), "\(again)")
      #expect(try user.objects(in: "revocations").count == 2)
    }
  }

  @Test("The newest that fits is taken, and none that is older is looked at")
  func firstFit() throws {
    try withShop { shop, id in
      try add("newer", to: shop) {
        $0.created += 10
        $0.patches.removeLast()
      }
      try add("older", to: shop) {
        $0.created -= 10
        $0.patches.removeLast()
      }
      let run = try shop.migrate(["-v"]).require(0)
      let words = "receipt newer does not fit: it does not cover 0002_index.sql"
      #expect(run.errors.contains(words), "\(run)")
      #expect(run.errors.contains("receipt \(id) of the data of"), "\(run)")
      #expect(!run.errors.contains("receipt older"), "\(run)")
    }
  }

  @Test("A refusal explains the receipt that is nearest, not the newest pull request's")
  func nearest() throws {
    try withShop { shop, id in
      try add("later", to: shop) {
        $0.created += 10
        $0.patches.removeFirst()
      }
      try add("pull", to: shop) {
        $0.created += 20
        $0.patches = [$0.patches[0]]
        $0.patches[0].version = "0009"
        $0.patches[0].file = "0009_pull.sql"
      }
      try shop.execute("ALTER TABLE item ADD COLUMN overnight int")
      let run = try shop.migrate(["-v"])
      #expect(run.code == 3, "\(run)")
      #expect(run.errors.contains("receipt \(id) does not fit; nothing was run"), "\(run)")
      #expect(run.errors.contains("column public.item.overnight was added"), "\(run)")
      #expect(!run.errors.contains("0009_pull.sql"), "\(run)")
      #expect(!run.errors.contains("receipt pull"), "\(run)")
    }
  }

  @Test("Who cannot sign a yes is told before the rehearsal")
  func signer() throws {
    try withShop { shop, _ in
      let config = "\(shop.user.directory)/missing.yaml"
      try BoundShop.write("receipt_key: \(shop.user.directory)/missing.key\n", to: config)
      let rehearse = ["rehearse", "--database", shop.migrator.argument, "--set", "kind=a"]
      // A rehearsal that begins would fail for want of PostgreSQL's programs.
      let run = try shop.user.run(
        rehearse + ["--config", config],
        ["DRYDOCK_BINARIES": "\(shop.user.directory)/nowhere"]
      )
      #expect(run.code != 0 && run.errors.contains("missing.key"), "\(run)")
    }
  }
}
