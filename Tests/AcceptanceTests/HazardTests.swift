import Files
import Foundation
import Postgres
import TestSupport
import Testing

@Suite("Hazards through the command line")
struct HazardTests {
  private static let shop = """
    CREATE TABLE item (id bigint PRIMARY KEY, price int, note text);
    INSERT INTO item SELECT i, i, 'note ' || i FROM generate_series(1, 1000) i;
    """

  private static let patch = """
    -- drydock: allow table-rewrite because the shop is closed on Sunday
    ALTER TABLE item ALTER price TYPE bigint;
    ALTER TABLE item DROP COLUMN note;

    """

  /// What `--json` says of each finding.
  private struct Findings: Decodable {
    struct Finding: Decodable, Equatable {
      var hazard: String
      var severity: String
      var file: String
      var line: Int
      var object: String?
      var page: String
      var rows: Int
      var accepted_because: String?
      var fails: Bool
    }

    var verdict: String
    var findings: [Finding]
  }

  private func result(_ run: Run) throws -> Findings {
    let line = try #require(run.output.split(separator: "\n").last { $0.contains("\"findings\"") })
    return try JSONDecoder().decode(Findings.self, from: Data(line.utf8))
  }

  @Test(
    "A gate tells each hazard with figures, place and page, and fails for lost rows",
    arguments: TestServer.either()
  )
  func told(server: TestServer) throws {
    try withBackup(of: Self.shop, on: server) { user, database in
      try user.write(patch: "0001_price.sql", Self.patch)
      let gate = ["gate", "--database", database.argument]
      let no = try user.run(gate)
      #expect(no.code == 5, "\(no)")
      for words in [
        "Hazards", "table-rewrite", "0001_price.sql:2:1", "1,000 rows", "(accepted)",
        "the shop is closed on Sunday", "drop-column", "[drop-column]", "Time on production",
        "docs/hazards/drop-column.md", "-- drydock: allow <hazard> because <reason>",
      ] { #expect(no.output.contains(words), "\(words): \(no)") }
      let found = try result(try user.run(gate + ["--json"]))
      #expect(found.verdict == "no")
      #expect(
        found.findings.first { $0.fails }
          == .init(
            hazard: "drop-column",
            severity: "critical",
            file: "0001_price.sql",
            line: 3,
            object: "public.item",
            page: "docs/hazards/drop-column.md",
            rows: 1000,
            accepted_because: nil,
            fails: true
          )
      )
      #expect(found.findings.filter(\.fails).count == 1)
    }
  }

  @Test("What authors accept goes into the receipt, with the reason")
  func receipt() throws {
    try withBackup(of: Self.shop) { user, database in
      let allowance = "-- drydock: allow drop-column because nobody reads it\n"
      try user.write(patch: "0001_price.sql", allowance + Self.patch)
      let run = try user.run(["rehearse", "--database", database.argument]).require(0)
      #expect(run.output.contains("nobody reads it"), "\(run)")
      let receipts = "\(user.repository)/receipts"
      let name = try #require(try FileManager.default.contentsOfDirectory(atPath: receipts).first)
      let text = String(
        decoding: try ReadableFile.contents(of: "\(receipts)/\(name)"),
        as: UTF8.self
      )
      let accepted = """
        "accepted":["drop-column: nobody reads it",\
        "table-rewrite: the shop is closed on Sunday"]
        """
      #expect(text.contains(accepted))
    }
  }

  @Test("A hazard that there is not is refused before a scratch is made")
  func unknown() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      try user.backup(database)
      try user.write(
        patch: "0001_price.sql",
        "-- drydock: allow drop-colum because x\nSELECT 1;\n"
      )
      let run = try user.run(["rehearse", "--database", database.argument])
      #expect(run.code == 3, "\(run)")
      #expect(run.errors.contains("Did you mean 'drop-column'?"), "\(run)")
      #expect(run.missingOfError == [], "\(run)")
    }
  }
}
