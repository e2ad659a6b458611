import Foundation
import Postgres
import TestSupport
import Testing

@Suite("Where a database stands")
struct StatusTests {
  private struct Status: Decodable {
    struct Patch: Decodable {
      let version: String
      let standing: String
    }
    struct Schema: Decodable {
      let unknown: [String]
      let missing: [String]
      let different: [String]
    }
    let patches: [Patch]
    let schema: Schema?
  }

  @Test("Pending, applied, edited and missing patches, and what no patch made, each by its name")
  func standings() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      let patches = [
        "0001_item.sql":
          "CREATE TABLE item (id int, kind varchar(5) CHECK (kind IN ('a', 'b')));\n",
        "0002_gone.sql": "CREATE TABLE gone (a int);\n",
        "0003_edited.sql": "CREATE TABLE edited (a int);\n",
      ]
      for (file, text) in patches { try user.write(patch: file, text) }
      let exempt = ["--without-receipt", "--because", "a test"]
      try user.run(["migrate", "--database", database.argument] + exempt).require(0)
      let status = ["status", "--json", "--database", database.argument, "--schema"]
      let clean = try user.run(status).require(0).result(Status.self)
      #expect(clean.schema?.unknown == [] && clean.schema?.missing == [])

      try user.write(patch: "0004_more.sql", "CREATE TABLE more (a int);\n")
      try Connection.open(database).execute(
        """
        CREATE TABLE by_hand (a int); DROP TABLE gone; ALTER TABLE item ALTER id TYPE bigint;
        """
      )
      let drifted = try user.run(status).require(4).result(Status.self)
      #expect(drifted.patches.map(\.standing) == ["applied", "applied", "applied", "pending"])
      let schema = try #require(drifted.schema)
      #expect(schema.unknown.contains("table public.by_hand"))
      #expect(schema.missing.contains("table public.gone"))
      #expect(schema.different == ["column public.item.id"])
      let text = try user.run(status.filter { $0 != "--json" })
      for words in ["no patch made it", "table public.by_hand", "drydock drift shows how"] {
        #expect(text.output.contains(words), "\(text)")
      }

      try user.write(patch: "0003_edited.sql", "CREATE TABLE edited (b int);\n")
      try FileManager.default.removeItem(atPath: "\(user.patches)/0002_gone.sql")
      let plain = status.filter { $0 != "--schema" }
      let edited = try user.run(plain).require(4).result(Status.self)
      #expect(edited.patches.map(\.standing) == ["applied", "missing", "edited", "pending"])
      #expect(edited.schema == nil)
    }
  }

  @Test("Changed, out of order and unfinished patches are named too")
  func otherStandings() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      let exempt = ["--without-receipt", "--because", "a test"]
      let status = ["status", "--json", "--database", database.argument]
      try user.write(patch: "0001_item.sql", "CREATE TABLE item (id int);\n")
      try user.write(patch: "0003_more.sql", "CREATE TABLE more (a int);\n")
      try user.write(patch: "R__view.sql", "CREATE OR REPLACE VIEW v AS SELECT id FROM item;\n")
      try user.run(["migrate", "--database", database.argument] + exempt).require(0)
      try user.write(patch: "0002_late.sql", "CREATE TABLE late (a int);\n")
      try user.write(
        patch: "R__view.sql",
        "CREATE OR REPLACE VIEW v AS SELECT id FROM item WHERE id > 1;\n"
      )
      let late = try user.run(status).require(0).result(Status.self)
      #expect(late.patches.map(\.standing) == ["applied", "out of order", "applied", "changed"])
      try FileManager.default.removeItem(atPath: "\(user.patches)/0002_late.sql")
      try user.write(
        patch: "0004_half.sql",
        "-- drydock: no-transaction\nCREATE TABLE half (a int);\nSELECT 1 / 0;\n"
      )
      #expect(try user.run(["migrate", "--database", database.argument] + exempt).code == 8)
      let half = try user.run(status).require(4).result(Status.self)
      #expect(half.patches.map(\.standing) == ["applied", "applied", "unfinished", "changed"])
    }
  }

  @Test("Where the patches make no schema to compare with, they are listed all the same")
  func noReference() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      try Connection.open(database).execute("CREATE TABLE item (id int)")
      try user.write(patch: "0001_price.sql", "ALTER TABLE item ADD COLUMN price int;\n")
      let exempt = ["--without-receipt", "--because", "a test"]
      try user.run(["migrate", "--database", database.argument] + exempt).require(0)
      let run = try user.run(["status", "--schema", "--database", database.argument])
      #expect(run.code == 3, "\(run)")
      for words in [
        "0001_price", "applied", "The schema was not compared: 0001_price.sql does not run",
        "relation \"item\" does not exist", "--snapshot latest",
      ] { #expect(run.output.contains(words), "\(words): \(run)") }
    }
  }
}
