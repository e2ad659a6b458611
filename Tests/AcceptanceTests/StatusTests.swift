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
}
