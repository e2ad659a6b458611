import Snapshot
import TestSupport
import Testing

@testable import Restoration

@Suite("What a restore chooses of a snapshot")
struct RestoreSelectionTests {
  @Test("Of schemas whose names differ by bytes alone only the one that was named")
  func exactNames() throws {
    let names = ["caf\u{E9}", "cafe\u{301}"]
    var manifest = Manifest.sample
    manifest.database.schemas = names
    manifest.tables = names.map { name in
      var table = Manifest.Table.sample("jobs", segments: [])
      table.schema = name
      return table
    }
    var options = RestoreOptions()
    options.schemas = [names[0]]
    let selection = try RestoreSelection(options: options, manifest: manifest)
    #expect(selection.tables.count == 1)
    #expect(selection.includes(names[0], "jobs_id_seq"))
    #expect(!selection.includes(names[1], "jobs_id_seq"))
    let entry = try #require(Archive.Entry("6; 2615 16385 SCHEMA - \(names[1]) owner"))
    #expect(!entry.belongs(toSchema: names[0]) && entry.belongs(toSchema: names[1]))
  }
}
