import Migration
import Problems
import Testing

@Suite("Names say what a file is")
struct PatchNameTests {
  @Test("Versions are ordered as people count")
  func order() throws {
    let sorted = [
      "0", "1", "1.2", "1.9", "1.10", "2", "0007", "10", "2026.01.14", "20260114093000",
    ]
    let versions = sorted.shuffled().compactMap(Version.init).sorted()
    #expect(versions.map(\.description) == sorted)
    #expect(Version("0001") == Version("1") && Version("1.0") == Version("1"))
    #expect(Version("1.a") == nil && Version("") == nil && Version("1.") == nil)
  }

  @Test(
    "Plain, dated and Flyway names are read",
    arguments: [
      ("0001_add_x.sql", "0001", "add_x"), ("20260114093000_add_x.sql", "20260114093000", "add_x"),
      ("2026.01.14_add_x.sql", "2026.01.14", "add_x"), ("V1.2__add_x.sql", "1.2", "add_x"),
      ("V1_2__add_x.sql", "1.2", "add_x"), ("7_a-b c.sql", "7", "a-b c"),
    ]
  )
  func patches(_ file: String, _ version: String, _ label: String) {
    guard case .patch(let name) = PatchFile(fileName: file) else {
      Issue.record("\(file) is \(PatchFile(fileName: file))")
      return
    }
    #expect(name.version.description == version)
    #expect(name.label == label)
  }

  @Test("A repeatable patch has its name as version, after every number")
  func repeatable() throws {
    guard case .patch(let name) = PatchFile(fileName: "R__views.sql") else {
      Issue.record("R__views.sql is \(PatchFile(fileName: "R__views.sql"))")
      return
    }
    #expect(name.version.isRepeatable && name.label == "views" && name.stem == "R__views")
    let versions = ["R__b", "99999999999999999999", "R__B", "1", "R__a"].compactMap(Version.init)
    #expect(
      versions.sorted().map(\.description) == ["1", "99999999999999999999", "R__B", "R__a", "R__b"]
    )
    #expect(Version("R__a/b") == nil && Version("R__") == nil)
  }

  @Test("Undo and verify files stand beside their patch")
  func companions() {
    for file in ["0001_a.undo.sql", "V1__a.undo.sql", "U1__a.sql"] {
      guard case .undo = PatchFile(fileName: file) else {
        Issue.record("\(file) is no undo file")
        continue
      }
    }
    guard case .verify = PatchFile(fileName: "0001_a.verify.sql") else {
      Issue.record("0001_a.verify.sql is no verify file")
      return
    }
  }

  @Test(
    "What looks like a patch and is none is refused, never passed over",
    arguments: [
      "add_x.sql", "0001.sql", "0001_.sql", "V1_add.sql", "0001_a.up.sql", "0001_a.verfiy.sql",
      "R__.sql", "R__views.undo.sql", "0001_a.SQL", "0001_a.sql.bak", "0001_a", "0001_a.psql",
      "1a_b.sql",
      "U1__a.undo.sql",
    ]
  )
  func refused(_ file: String) {
    guard case .refused = PatchFile(fileName: file) else {
      Issue.record("\(file) is \(PatchFile(fileName: file))")
      return
    }
  }

  @Test("Other files are other files", arguments: ["README.md", "Makefile", "notes.txt"])
  func others(_ file: String) { #expect(PatchFile(fileName: file) == .other) }

  @Test("A slip of the finger is answered with what was meant")
  func suggestion() {
    #expect(
      PatchFile(fileName: "0001_a.verfiy.sql")
        == .refused(
          "what stands between the name and .sql is undo, verify or backfill, not 'verfiy';"
            + " is it .verify.sql?"
        )
    )
  }
}
