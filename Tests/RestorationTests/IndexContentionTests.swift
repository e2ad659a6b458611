import Testing

@testable import Restoration

@Suite("Indexes that would wait for each other")
struct IndexContentionTests {
  private static let names = ["a_pair", "b_pair", "lone", "plain", "e_view", "f_view"]
  private static let texts = [
    "CREATE UNIQUE INDEX a_pair ON a.t USING btree (x);\n\nALTER TABLE ONLY a.t REPLICA IDENTITY USING INDEX a_pair;",
    "CREATE INDEX b_pair ON a.t USING btree (y);\n\nALTER TABLE a.t CLUSTER ON b_pair;",
    "CREATE INDEX lone ON a.other USING btree (y);\n\nALTER TABLE a.other CLUSTER ON lone;",
    "CREATE INDEX plain ON a.t USING btree (z);\nALTER INDEX a.plain ALTER COLUMN 1 SET STATISTICS 9;",
    "CREATE UNIQUE INDEX e_view ON a.\"V;\" USING btree (n);\nALTER MATERIALIZED VIEW a.\"V;\" CLUSTER ON e_view;",
    "CREATE UNIQUE INDEX f_view ON a.\"V;\" USING btree (m);\nALTER TABLE ONLY a.\"V;\" REPLICA IDENTITY USING INDEX f_view;",
  ]

  private func entry(_ number: Int) throws -> Archive.Entry {
    try #require(Archive.Entry("\(number); 1259 \(number) INDEX a \(Self.names[number]) owner"))
  }

  private func script(_ entries: [Archive.Entry]) throws -> String {
    entries.map { entry in
      let number = Self.names.firstIndex { entry.rest.contains(" \($0) ") } ?? 0
      return "--\n-- Name: \(Self.names[number]); Type: INDEX; Schema: a; Owner: owner\n--\n\n"
        + Self.texts[number] + "\n\n"
    }.joined()
  }

  @Test("Two on one table are found, whatever else is built on it")
  func pairs() throws {
    let entries = try Self.names.indices.map { try entry($0) }
    let found = try IndexContention(among: entries, script).lines
    #expect(found == Set([0, 1, 4, 5].map { entries[$0].line }))
    #expect(try IndexContention(among: [entries[2], entries[1]], script).lines == [])
    // A script that cannot be cut into as many parts is asked for piece by piece.
    let again = try IndexContention(among: entries) { chosen in
      chosen.count > 1 ? "" : try script(chosen)
    }
    #expect(again.lines == found)
  }

  @Test("They are built one after the other, behind the others and before what needs them")
  func steps() throws {
    let entries = try Self.names.indices.map { try entry($0) }
    let last = try #require(Archive.Entry("9; 2606 9 FK CONSTRAINT a t t_fkey owner"))
    var options = RestoreOptions()
    options.jobs = 4
    let steps = DefinitionSteps(options: options).postData(
      entries + [last],
      contended: Set(entries.prefix(2).map(\.line))
    )
    #expect(steps.map(\.jobs) == [4, 1, 4])
    #expect(
      steps.map(\.entries) == [Array(entries.dropFirst(2)), Array(entries.prefix(2)), [last]]
    )
  }
}
