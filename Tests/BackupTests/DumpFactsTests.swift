import Problems
import Snapshot
import Testing

@testable import Backup

@Suite("What a dump says of itself")
struct DumpFactsTests {
  private static let end = "--\n-- PostgreSQL database dump complete\n--\n\n"

  private func survey(_ script: String, by portion: Int) -> ScriptSurvey {
    let bytes = Array(script.utf8)
    var survey = ScriptSurvey()
    for start in stride(from: 0, to: bytes.count, by: portion) {
      survey.append(bytes.span.extracting(start..<min(start + portion, bytes.count)))
    }
    return survey
  }

  private func tail(_ script: String) -> DumpTail {
    var tail = DumpTail()
    tail.append(Array(script.utf8))
    return tail
  }

  @Test("Databases, roles and encoding are found however the bytes come", arguments: [1, 7, 4096])
  func found(portion: Int) {
    let found = survey(
      """
      SET client_encoding = 'LATIN1';
      \\connect template1
      \\connect -reuse-previous=on "dbname='my shop'"
      ALTER TABLE public.t OWNER TO alice;
      ALTER SCHEMA " TO x" OWNER TO "Bob ""the"" owner";
      GRANT SELECT ON TABLE public.t TO carol WITH GRANT OPTION;
      GRANT ALL ON SCHEMA public TO PUBLIC;
      REVOKE ALL ON DATABASE shop FROM dave;
      ALTER DEFAULT PRIVILEGES FOR ROLE erin IN SCHEMA a GRANT SELECT ON TABLES TO frank;
      CREATE POLICY p ON public.t FOR SELECT TO grace, heidi USING (true);
      GRANT pg_monitor TO ivan GRANTED BY postgres;
      COPY public.t (x) FROM stdin;
      \\\\connect nowhere
      OWNER TO nobody;
      \\.

      """,
      by: portion
    )
    #expect(found.databases == ["template1", "my shop"])
    #expect(
      found.roles.sorted() == [
        "Bob \"the\" owner", "alice", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan",
      ]
    )
    #expect(found.encoding == "LATIN1")
  }

  @Test("Only the last line tells that a script is whole")
  func complete() {
    #expect(tail("x\n" + Self.end).isEnd(of: .plain))
    #expect(tail(Self.end + "\\unrestrict abc\n\n").isEnd(of: .plain))
    #expect(!tail(Self.end).isEnd(of: .cluster))
    #expect(!tail(Self.end + "1\tmore\n").isEnd(of: .plain))
    #expect(!tail("-- PostgreSQL database dump comp").isEnd(of: .plain))
    #expect(tail("--\n-- PostgreSQL database cluster dump complete\n--\n").isEnd(of: .cluster))
  }

  @Test("A compressed file is refused with the command that imports what is in it")
  func compressed() throws {
    let files: [(String, [UInt8])] = [
      ("gzip", [0x1f, 0x8b, 8, 0]), ("zstd", [0x28, 0xb5, 0x2f, 0xfd, 4]),
      ("xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0]), ("bzip2", Array("BZh91AY".utf8)),
      ("lz4", [0x04, 0x22, 0x4d, 0x18, 0x64]),
    ]
    for (program, bytes) in files {
      let file = DumpSource.path("/b k/shop.sql.\(program)")
      let named = #expect(throws: Problem.self) { try DumpHead(bytes[...], of: file) }
      #expect(named?.code == "import.compressed" && named?.kind == .usage)
      let way = "\(program) -dc '/b k/shop.sql.\(program)' | drydock import - --name shop."
      #expect(named?.hint?.contains(way) == true, "\(named?.hint ?? "")")
      let piped = #expect(throws: Problem.self) { try DumpHead(bytes[...], of: .standardInput) }
      #expect(piped?.hint?.contains("\(program) -dc | drydock import - --name NAME.") == true)
    }
  }

  @Test("Anything else is refused with what to do")
  func refused() throws {
    let text = Array("SELECT 1;\n".utf8)
    let other = #expect(throws: Problem.self) { try DumpHead(text[...], of: .path("f")) }
    #expect(other?.code == "import.no-dump")
    let archive: [UInt8] = Array("PGDMP".utf8) + [1, 16, 0]
    let head = try DumpHead(archive[...], of: .path("f"))
    #expect(head.form == .custom && head.readerMajor == 17)
  }

  @Test("Roles and databases whose names differ by bytes alone are all there")
  func exactNames() {
    let found = survey(
      """
      \\connect "caf\u{E9}"
      \\connect "cafe\u{301}"
      ALTER TABLE public.t OWNER TO "caf\u{E9}";
      ALTER TABLE public.u OWNER TO "cafe\u{301}";

      """,
      by: 4096
    )
    #expect(found.databases.count == 2)
    #expect(found.roles.count == 2)
  }
}
