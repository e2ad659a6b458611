import Foundation
import Migration
import Problems
import Testing

@Suite("A script is read with psql's commands that a patch may hold")
struct ScriptTests {
  @Test("Statements know their file, line and column")
  func places() throws {
    let folder = try PatchFolder(["1_a.sql": "SELECT 1;\r\n  /* é */ SELECT 2;\n\nSELECT\n 3"])
    let statements = try folder.read().patches[0].script.statements
    #expect(statements.map(\.place) == ["1_a.sql:1:1", "1_a.sql:2:11", "1_a.sql:4:1"])
    #expect(statements[2].position(ofCharacter: 9).line == 5)
    #expect(statements[2].position(ofCharacter: 9).column == 2)
  }

  @Test("Files of the patch directory are included, and identify the patch with it")
  func includes() throws {
    let folder = try PatchFolder([
      "1_a.sql": "\\i parts/one.sql\nSELECT 9;\n", "parts/one.sql": "SELECT 1;\n\\ir two.sql\n",
      "parts/two.sql": "SELECT 2;\n",
    ])
    let script = try folder.read().patches[0].script
    #expect(
      script.statements.map(\.place) == ["parts/one.sql:1:1", "parts/two.sql:1:1", "1_a.sql:2:1"]
    )
    #expect(script.statements.map(\.number) == [1, 2, 3])
    #expect(script.includes == ["parts/one.sql", "parts/two.sql"])
    try folder.write("parts/two.sql", Array("SELECT 3;\n".utf8))
    #expect(try folder.read().patches[0].script.identity.normalised != script.identity.normalised)
  }

  @Test("Nothing outside the patch directory can be included, not even through a link")
  func escapes() throws {
    for path in ["../x.sql", "/etc/passwd", "link/hosts"] {
      let folder = try PatchFolder(["1_a.sql": "\\i \(path)\n"])
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder.path)/link",
        withDestinationPath: "/etc"
      )
      #expect(try folder.problems().first?.code == "patch.include", "\(path)")
    }
  }

  @Test("Files that include one another are refused")
  func circle() throws {
    let folder = try PatchFolder(["1_a.sql": "\\i b.sql\n", "b.sql": "\\i b.sql\n"])
    #expect(try folder.problems().contains { $0.code == "patch.include" })
  }

  @Test("Variables are filled in as text, literal and identifier")
  func variables() throws {
    let folder = try PatchFolder([
      "1_a.sql": """
      \\set who 'O''Brien'
      \\set n 5
      SELECT :n, :'who', :"who", ':n', a::int, b[1:2], :unknown;
      SELECT :outside FROM t WHERE é = 1;
      """
    ])
    let script = try folder.read(variables: ["outside": "xyzzy", "spare": "1"]).patches[0].script
    #expect(
      script.statements[0].text
        == "SELECT 5, 'O''Brien', \"O'Brien\", ':n', a::int, b[1:2], :unknown"
    )
    #expect(script.statements[1].text == "SELECT xyzzy FROM t WHERE é = 1")
    #expect(script.variables == ["outside": "xyzzy"])
    // "FROM" is character 14 of what is sent, and column 17 of the file.
    #expect(script.statements[1].position(ofCharacter: 14).column == 17)
    #expect(script.statements[1].position(ofCharacter: 10).column == 8)
  }

  @Test("A variable from outside that goes on under another name is one that the script uses")
  func renamedVariables() throws {
    let folder = try PatchFolder(["1_a.sql": "\\set table :name\nDELETE FROM :table;\n"])
    let script = try folder.read(variables: ["name": "jobs", "spare": "1"]).patches[0].script
    #expect(script.statements[0].text == "DELETE FROM jobs")
    #expect(script.variables == ["name": "jobs"])
  }

  @Test("A variable cannot smuggle in a second statement")
  func smuggling() throws {
    let folder = try PatchFolder(["1_a.sql": "\\set x '1; DROP TABLE t'\nSELECT :x;\n"])
    #expect(try folder.problems().first?.code == "patch.variable")
    // After an E the backslash of the value takes its quote away.
    for statement in ["SELECT E:'x';\n", "COPY t FROM STDIN (DELIMITER E:'x');\n\\.\n"] {
      let text = "\\set x '\\\\''); DROP TABLE t; --'\n" + statement
      let escaped = try PatchFolder(["1_a.sql": text])
      #expect(try escaped.problems().first?.code == "patch.variable", "\(text)")
    }
  }

  @Test("A statement with rows may have variables")
  func variablesOfCopy() throws {
    let folder = try PatchFolder(["1_a.sql": "\\set t jobs\nCOPY :t FROM STDIN;\n1\n\\.\n"])
    let statement = try folder.read().patches[0].script.statements[0]
    #expect(statement.text == "COPY jobs FROM STDIN")
    #expect(statement.copyData == Array("1\n".utf8))
  }

  @Test(
    "Other commands of psql are refused by name, with their line",
    arguments: ["\\connect x", "\\! rm", "\\copy t from 'x'", "\\gset", "\\set x `date`", "\\i"]
  )
  func refused(_ line: String) throws {
    let problem = try PatchFolder(["1_a.sql": "SELECT 1;\n\(line)\n"]).problems().first
    #expect(problem?.code == "patch.psql-command")
    let name = line.split(separator: " ")[0]
    #expect(problem?.summary == "1_a.sql:2:1: the psql command \(name) cannot stand in a patch")
  }

  @Test("Rows of a COPY come with their statement, without the line that ends them")
  func copyRows() throws {
    let folder = try PatchFolder(["1_a.sql": "COPY t FROM STDIN;\n1\té\n2\t\\\\.\n\\.\nSELECT 1"])
    let statements = try folder.read().patches[0].script.statements
    #expect(statements[0].copyData == Array("1\té\n2\t\\\\.\n".utf8))
    #expect(statements[1].copyData == nil)
  }

  @Test("A dump's guard lines are passed over")
  func restrict() throws {
    let folder = try PatchFolder(["1_a.sql": "\\restrict Ab1\nSELECT 1;\n\\unrestrict Ab1\n"])
    #expect(try folder.read().patches[0].script.statements.count == 1)
  }

  @Test("A file that is not UTF-8 says how to convert it")
  func encoding() throws {
    let folder = try PatchFolder([:])
    try folder.write("1_a.sql", Array("SELECT 1;\nSELECT '".utf8) + [0xE9] + Array("';".utf8))
    let problem = try folder.problems().first
    #expect(problem?.code == "patch.encoding")
    #expect(problem?.summary.hasPrefix("1_a.sql:2:1") == true)
  }

  @Test("A zero byte, behind which the rest would be lost, is refused")
  func zeroByte() throws {
    let folder = try PatchFolder([:])
    try folder.write("1_a.sql", Array("DELETE FROM t\u{0} WHERE false".utf8))
    #expect(try folder.problems().first?.code == "patch.zero-byte")
  }

  @Test("A headline shows no literal")
  func headline() throws {
    let folder = try PatchFolder(["1_a.sql": "UPDATE  t\n SET a = 'secret' WHERE true"])
    #expect(try folder.read().patches[0].script.statements[0].headline == "UPDATE t SET a =…")
  }
}
