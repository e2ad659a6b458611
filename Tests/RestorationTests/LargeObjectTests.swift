import Postgres
import Problems
import Repository
import Snapshot
import TestSupport
import Testing

@testable import Restoration

@Suite("Large objects")
struct LargeObjectTests {
  @Test("One of another length than the snapshot says is damage, not a large object")
  func short() async throws {
    try await Stage.with(.v15) { stage in
      try stage.sql("SELECT lo_from_bytea(4711, 'twelve bytes'::bytea)")
      let content = try await stage.snapshot()
      let reader = try stage.repository.makeReader()
      var items = try content.largeObjects(reader)
      try #require(items.map(\.size) == [12])
      items[0].size += 1
      try stage.sql("SELECT lo_unlink(4711)")
      let connection = try Connection.open(stage.settings)
      let values = ValueLoader(connection: connection, manifest: content.manifest)
      let problem = #expect(throws: Problem.self) {
        try connection.transaction {
          try values.createLargeObjects(items, reader: reader, without: [])
        }
      }
      #expect(problem?.kind == .damaged)
      #expect(problem?.summary.contains("large object 4711") == true)
      #expect(try stage.sql("SELECT count(*) FROM pg_largeobject_metadata").int == 0)
    }
  }
}
