import Postgres
import Problems
import TestSupport
import Testing

@testable import Restoration

/// The journal lies in a comment, which the schema's owner can write.
@Suite("A journal is not believed more than its writer")
struct JournalTrustTests {
  @Test(
    "what it says becomes a statement only where it is one foreign key or one right",
    arguments: [TestServer.v15]
  )
  func refusesForeignWords(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(
        """
        CREATE TABLE public.country (code text PRIMARY KEY);
        CREATE SCHEMA shop;
        CREATE TABLE shop.town (name text, country text REFERENCES public.country);
        """
      )
      let result = try await stage.replace(try await stage.snapshot())
      let forged: [(inout Journal) -> Void] = [
        { $0.foreignKeys[0].definition += "; CREATE TABLE public.hacked ()" },
        { $0.foreignKeys[0].definition += ", ADD COLUMN hacked int" },
        { $0.grants = [.init(role: nil, privilege: "ALL ON SCHEMA public", isGrantable: false)] },
      ]
      let plan = try await stage.operation().undoPlan()
      for forge in forged {
        var journal = result.journal
        journal.copy = .old
        forge(&journal)
        let connection = try Connection.open(stage.settings)
        try JournaledCopies(connection: connection)
          .write(journal, to: result.setAside, keeping: JournaledComment(nil))
        // A token stands for the journal that the plan saw.
        let other = try await refusal {
          _ = try await stage.operation().undo(token: plan.token)
        }
        #expect(other.code == "restore.token-other-plan")
        let refused = try await refusal { try await stage.undo() }
        #expect(refused.code == "restore.journal" && refused.kind == .damaged, "\(refused)")
        #expect(try stage.schemas() == ["shop", result.setAside])
      }
      #expect(try stage.sql("SELECT to_regclass('public.hacked') IS NULL").bool)
    }
  }

  @Test(
    "an operation that the live schema does not know is not resumed",
    arguments: [TestServer.v15]
  )
  func needsBothLines(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let copy = try await stage.prove(try await stage.snapshot())
      try stage.sql("COMMENT ON SCHEMA shop IS 'Jobs of the shop'")
      let refused = try await refusal { _ = try await stage.besideOperation().resume() }
      #expect(refused.code == "restore.changed-meanwhile")
      #expect(refused.hint?.contains("--undo \(copy.operation)") == true)
      try await stage.undo()
      #expect(try stage.schemas() == ["shop"])
    }
  }

  @Test(
    "a foreign key's definition is taken apart as PostgreSQL writes it",
    arguments: [
      "FOREIGN KEY (a) REFERENCES public.t(b)",
      "FOREIGN KEY (a) REFERENCES t(b) ON UPDATE CASCADE ON DELETE SET NULL (a) DEFERRABLE",
      "FOREIGN KEY (a) REFERENCES public.t(b) MATCH FULL INITIALLY DEFERRED NOT VALID",
      "FOREIGN KEY (a) REFERENCES public.t(b) ON DELETE NO ACTION NOT ENFORCED",
    ]
  )
  func readsDefinition(text: String) throws {
    let parts = try #require(ForeignKeyDefinition(text))
    #expect(parts.columns == ["a"] && parts.table == "t" && parts.referenced == ["b"])
    #expect(parts.schema == (text.contains("public") ? "public" : nil))
    #expect(!parts.isTemporal)
  }

  @Test("names in quotes, several columns and periods are read too")
  func readsNames() throws {
    let odd = try #require(
      ForeignKeyDefinition(#"FOREIGN KEY ("A ""b"")", period) REFERENCES "S.x"."T;"(c, "d,e")"#)
    )
    #expect(odd.columns == [#"A "b")"#, "period"] && odd.referenced == ["c", "d,e"])
    #expect(odd.schema == "S.x" && odd.table == "T;" && !odd.isTemporal)
    let temporal = try #require(
      ForeignKeyDefinition("FOREIGN KEY (id, PERIOD at) REFERENCES s.t(id, PERIOD during)")
    )
    #expect(temporal.isTemporal && temporal.columns == ["id", "at"])
  }

  @Test(
    "nothing else is one",
    arguments: [
      "", "CHECK (a > 0)", "FOREIGN KEY (a) REFERENCES public.t", "FOREIGN KEY () REFERENCES t(b)",
      "FOREIGN KEY (a) REFERENCES public.t(b); DROP TABLE t",
      "FOREIGN KEY (a) REFERENCES public.t(b), ADD COLUMN c int",
      "FOREIGN KEY (a) REFERENCES public.t(b) -- NOT VALID",
      "FOREIGN KEY (a) REFERENCES public.t(f('x'))",
      "FOREIGN KEY (a) REFERENCES public.t(b) USING x",
      "FOREIGN KEY (a) REFERENCES a.b.c(d)", "FOREIGN KEY (a) REFERENCES public.t(b) ON DELETE 'x'",
    ]
  )
  func refusesElse(text: String) { #expect(ForeignKeyDefinition(text) == nil) }

  @Test("the statement of a dump is taken apart too")
  func readsStatement() throws {
    let script = """
      --
      -- Name: town town_fkey; Type: FK CONSTRAINT
      --

      ALTER TABLE ONLY shop."Town"
          ADD CONSTRAINT "town;fkey" FOREIGN KEY (a) REFERENCES public.t(b) NOT VALID;

      """
    let statement = try #require(ForeignKeyStatement(script))
    #expect(statement.key == Journal.Key(schema: "shop", table: "Town", name: "town;fkey"))
    #expect(statement.definition == "FOREIGN KEY (a) REFERENCES public.t(b) NOT VALID")
    #expect(!statement.isPartitioned)
    #expect(ForeignKeyStatement(script.replacing("ONLY ", with: ""))?.isPartitioned == true)
    #expect(ForeignKeyStatement(script.replacing("FOREIGN KEY (a)", with: "CHECK (a)")) == nil)
  }
}
