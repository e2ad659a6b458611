import Migration
import TestSupport
import Testing

@Suite("The splitter finds statements and loses no byte")
struct StatementSplitterTests {
  struct HardCase: Sendable, CustomTestStringConvertible {
    var name: String
    var file: String
    var statements: [String]
    var testDescription: String { name }
  }

  static let hardCases: [HardCase] = [
    HardCase(name: "an empty file", file: "", statements: []),
    HardCase(name: "only blanks and comments", file: " -- a;\n/* b; */\n;;", statements: []),
    HardCase(
      name: "a semicolon in a literal",
      file: "SELECT 'a;b'; SELECT 2",
      statements: ["SELECT 'a;b'", "SELECT 2"]
    ),
    HardCase(
      name: "a doubled quote",
      file: "SELECT 'it''s;';SELECT 2",
      statements: ["SELECT 'it''s;'", "SELECT 2"]
    ),
    HardCase(
      name: "a backslash in a plain literal",
      file: #"SELECT 'a\';SELECT 2;"#,
      statements: [#"SELECT 'a\'"#, "SELECT 2"]
    ),
    HardCase(
      name: "a backslash in an escape literal",
      file: #"SELECT E'a\';b';SELECT 2"#,
      statements: [#"SELECT E'a\';b'"#, "SELECT 2"]
    ),
    HardCase(
      name: "a small e",
      file: #"SELECT e'\\';SELECT 2"#,
      statements: [#"SELECT e'\\'"#, "SELECT 2"]
    ),
    HardCase(
      name: "a word that ends in e before a quote",
      file: #"SELECT date'a\';SELECT 2"#,
      statements: [#"SELECT date'a\'"#, "SELECT 2"]
    ),
    HardCase(
      name: "an escape literal continued on the next line",
      file: "SELECT E'a'\n  -- c\n 'it\\'s;';SELECT 2",
      statements: ["SELECT E'a'\n  -- c\n 'it\\'s;'", "SELECT 2"]
    ),
    HardCase(
      name: "a literal beside an escape literal on one line",
      file: #"SELECT E'a' 'b\';SELECT 2"#,
      statements: [#"SELECT E'a' 'b\'"#, "SELECT 2"]
    ),
    HardCase(
      name: "a Unicode literal",
      file: #"SELECT U&'d\0061;\'; SELECT 2"#,
      statements: [#"SELECT U&'d\0061;\'"#, "SELECT 2"]
    ),
    HardCase(
      name: "a Unicode identifier",
      file: #"SELECT U&"a;""b"; SELECT 2"#,
      statements: [#"SELECT U&"a;""b""#, "SELECT 2"]
    ),
    HardCase(
      name: "a quoted identifier",
      file: #"SELECT "a;""b" FROM t; SELECT 2"#,
      statements: [#"SELECT "a;""b" FROM t"#, "SELECT 2"]
    ),
    HardCase(
      name: "bit and national literals",
      file: "SELECT B'1;', X'2;', N'3;'; SELECT 2",
      statements: ["SELECT B'1;', X'2;', N'3;'", "SELECT 2"]
    ),
    HardCase(
      name: "a dollar quote",
      file: "DO $$ a; b; $$; SELECT 2",
      statements: ["DO $$ a; b; $$", "SELECT 2"]
    ),
    HardCase(
      name: "a dollar quote within another",
      file: "DO $a$ $b$ ; $$ ; $b$; $a$; SELECT 2",
      statements: ["DO $a$ $b$ ; $$ ; $b$; $a$", "SELECT 2"]
    ),
    HardCase(
      name: "a tag of foreign letters",
      file: "DO $é1$;$é1$;SELECT 2",
      statements: ["DO $é1$;$é1$", "SELECT 2"]
    ),
    HardCase(
      name: "dollar signs in an identifier",
      file: "SELECT a$b$c; SELECT d$b$e",
      statements: ["SELECT a$b$c", "SELECT d$b$e"]
    ),
    HardCase(
      name: "parameters",
      file: "PREPARE p AS SELECT $1,$2; SELECT 2",
      statements: ["PREPARE p AS SELECT $1,$2", "SELECT 2"]
    ),
    HardCase(
      name: "a dollar quote right after a number",
      file: "SELECT 1$$;$$; SELECT 2",
      statements: ["SELECT 1$$;$$", "SELECT 2"]
    ),
    HardCase(
      name: "nested comments",
      file: "SELECT /* a /* ; */ ; */ 1; SELECT 2",
      statements: ["SELECT /* a /* ; */ ; */ 1", "SELECT 2"]
    ),
    HardCase(
      name: "a quote in a comment",
      file: "SELECT 1 -- it's\n; SELECT 2 /* it's */",
      statements: ["SELECT 1", "SELECT 2"]
    ),
    HardCase(
      name: "a comment inside an operator",
      file: "SELECT 1 *-- ;\n2; SELECT 2",
      statements: ["SELECT 1 *-- ;\n2", "SELECT 2"]
    ),
    HardCase(
      name: "a comment without a line end",
      file: "SELECT 1 -- a;",
      statements: ["SELECT 1"]
    ),
    HardCase(
      name: "a rule with several actions",
      file: "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b); SELECT 2",
      statements: [
        "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b)", "SELECT 2",
      ]
    ),
    HardCase(
      name: "an SQL body",
      file: "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END; SELECT 3",
      statements: [
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END", "SELECT 3",
      ]
    ),
    HardCase(
      name: "an SQL body with CASE and names that look like its end",
      file:
        "create or replace procedure p() begin /* x */ atomic\nselect case when a then 1 end as end, t.end, t.case; select 2; end; select 3",
      statements: [
        "create or replace procedure p() begin /* x */ atomic\nselect case when a then 1 end as end, t.end, t.case; select 2; end",
        "select 3",
      ]
    ),
    HardCase(
      name: "a table with a column named atomic",
      file: "BEGIN; CREATE TABLE t (begin int, atomic int); END",
      statements: ["BEGIN", "CREATE TABLE t (begin int, atomic int)", "END"]
    ),
    HardCase(
      name: "rows of a COPY",
      file: "COPY t (a) FROM stdin;\n1;'\n$$\n\\.\nSELECT 2",
      statements: ["COPY t (a) FROM stdin", "SELECT 2"]
    ),
    HardCase(
      name: "a COPY with a filter",
      file: "COPY t FROM STDIN WHERE a IS DISTINCT FROM b; -- rows\n1\n\\.\n",
      statements: ["COPY t FROM STDIN WHERE a IS DISTINCT FROM b"]
    ),
    HardCase(
      name: "a COPY of a query",
      file: "COPY (SELECT * FROM stdin) TO STDOUT; SELECT 2",
      statements: ["COPY (SELECT * FROM stdin) TO STDOUT", "SELECT 2"]
    ),
    HardCase(
      name: "a COPY from a file",
      file: "COPY t FROM 'a' WHERE a IS DISTINCT FROM stdin; SELECT 2",
      statements: ["COPY t FROM 'a' WHERE a IS DISTINCT FROM stdin", "SELECT 2"]
    ),
    HardCase(
      name: "a byte order mark and CRLF",
      file: "\u{FEFF}SELECT 1;\r\nSELECT 2;\r\n",
      statements: ["SELECT 1", "SELECT 2"]
    ),
    HardCase(
      name: "casts and assignments are no variables",
      file: "SELECT a::int, f(x := 1), b[1:2]",
      statements: ["SELECT a::int, f(x := 1), b[1:2]"]
    ),
    HardCase(
      name: "a command of psql",
      file: "\\restrict x;y\nSELECT 1;\n\\unrestrict x\n",
      statements: ["SELECT 1"]
    ),
    HardCase(
      name: "a comment between statement and terminator",
      file: "SELECT 1 /* a */ ; SELECT 2",
      statements: ["SELECT 1", "SELECT 2"]
    ),
  ]

  @Test("Hard cases", arguments: hardCases)
  func hardCase(_ test: HardCase) throws {
    let bytes = Array(test.file.utf8)
    let pieces = try StatementSplitter.split(bytes)
    #expect(Self.joined(pieces, bytes) == bytes)
    #expect(Self.statements(pieces, bytes) == test.statements)
  }

  @Test(
    "What never ends is refused at the place where it began",
    arguments: [
      ("SELECT 1;\n  SELECT 'a", SplitFailure.Cause.openLiteral, 2, 10),
      ("SELECT \"a", .openIdentifier, 1, 8), ("DO $a$ x $b$", .openDollarQuote, 1, 4),
      ("é /* /* */", .openComment, 1, 3), ("SELECT (1;", .openParenthesis, 1, 8),
      ("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1;", .openBody, 1, 33),
      ("COPY t FROM STDIN;\n1\n", .openCopyData, 1, 1),
      ("COPY t FROM STDIN", .copyWithoutTerminator, 1, 1),
      ("COPY t FROM STDIN; SELECT 1;\n\\.\n", .textAfterCopy, 1, 20),
      ("SELECT 1 \\gexec", .strayBackslash, 1, 10),
    ]
  )
  func unfinished(_ file: String, _ cause: SplitFailure.Cause, _ line: Int, _ column: Int) {
    let failure = #expect(throws: SplitFailure.self) {
      try StatementSplitter.split(Array(file.utf8))
    }
    #expect(failure?.cause == cause)
    #expect(failure?.position.line == line)
    #expect(failure?.position.column == column)
  }

  @Test("Bytes of any encoding come through unchanged")
  func otherEncodings() throws {
    let bytes = Array("SELECT '".utf8) + [0xE9, 0xFF, 0x00] + Array("'; SELECT 2;".utf8)
    let pieces = try StatementSplitter.split(bytes)
    #expect(Self.joined(pieces, bytes) == bytes)
    #expect(pieces.count { $0.kind == .statement } == 2)
  }

  @Test("Ten thousand random files are split without loss, and alone as together", arguments: 0..<8)
  func randomFiles(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<1_250 {
      let statements = (0..<Int.random(in: 0...4, using: &random)).map { _ in
        Self.randomStatement(&random)
      }
      let bytes = Array(statements.joined(separator: ";").utf8)
      let pieces = try StatementSplitter.split(bytes)
      #expect(Self.joined(pieces, bytes) == bytes, "seed \(seed): \(statements)")
      let alone = try statements.map { statement in
        try StatementSplitter.split(Array(statement.utf8)).count { $0.kind == .statement }
      }
      #expect(
        pieces.count { $0.kind == .statement } == alone.reduce(0, +),
        "seed \(seed): \(statements)"
      )
    }
  }

  /// Tokens that may stand beside each other in any order, each closed in itself.
  private static let tokens = [
    "SELECT", "a$b$c", "'x;y'", "'it''s'", #"E'\';' ||"#, #"'\'"#, "$$;$$", "$t$ ;$$; $t$",
    "\"q;\"",
    "/* ;/*'*/ */", "-- ;'\n", "(;)", "(a (b;) 'c)')", "1", ".5", "::", ":=", "||", "é", "e", "E",
    "U&'\\'", "\n", "\r\n", " ", "$1", "begin", "atomic", "case", "end", "from", "stdin", "[1:2]",
  ]

  private static func randomStatement(_ random: inout SeededGenerator) -> String {
    let count = Int.random(in: 0...8, using: &random)
    return (0..<count).map { _ in tokens[Int.random(in: 0..<tokens.count, using: &random)] }
      .joined(separator: Bool.random(using: &random) ? " " : "\n")
  }

  static func joined(_ pieces: [SourcePiece], _ bytes: [UInt8]) -> [UInt8] {
    Array(pieces.map { bytes[$0.range] }.joined())
  }

  static func statements(_ pieces: [SourcePiece], _ bytes: [UInt8]) -> [String] {
    pieces.filter { $0.kind == .statement }.map { String(decoding: bytes[$0.range], as: UTF8.self) }
  }
}
