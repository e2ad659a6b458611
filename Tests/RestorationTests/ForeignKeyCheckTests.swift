import Postgres
import Problems
import TestSupport
import Testing

@testable import Restoration

@Suite("Foreign keys across the border are checked while nobody waits")
struct ForeignKeyCheckTests {
  private static let definition = """
    CREATE TABLE public.country (code text PRIMARY KEY);
    INSERT INTO public.country VALUES ('de'), ('at');
    CREATE SCHEMA shop;
    CREATE TABLE shop.town (id int PRIMARY KEY, country text REFERENCES public.country);
    COMMENT ON CONSTRAINT town_country_fkey ON shop.town IS 'where it lies';
    INSERT INTO shop.town VALUES (1, 'de'), (2, 'at');
    CREATE TABLE public.visit (id int, town int REFERENCES shop.town);
    INSERT INTO public.visit VALUES (1, 1);
    """

  private let keys = """
    SELECT string_agg(conname || ' ' || convalidated || coalesce(' ' || obj_description(oid), ''),
      ', ' ORDER BY conname) FROM pg_constraint WHERE contype = 'f' AND conparentid = 0
    """

  private let valid = "town_country_fkey true where it lies, visit_town_fkey true"

  @Test(
    "after the exchange, beside those who read and write",
    arguments: TestServer.either()
  )
  func letsOthersWork(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(Self.definition)
      let content = try await stage.snapshot()
      let writer = OpenTransaction()
      let result = try await stage.replaceBeside(content, at: "foreign keys") {
        // The exchange is done, the keys guard already, and none of them was validated under locks.
        let (town, visit) = ("town_country_fkey false", "visit_town_fkey false")
        let found = try stage.sql(keys).value ?? ""
        #expect(found.contains(town) && found.contains(visit), "\(found)")
        #expect(
          try stage.listed().first?.unchecked
            == ["shop.town town_country_fkey", "public.visit visit_town_fkey"]
        )
        // Open until the check has ended: neither waits for the other.
        try writer.begin(
          stage.settings,
          """
          INSERT INTO public.visit VALUES (2, 2); UPDATE shop.town SET country = 'at';
          INSERT INTO public.country VALUES ('it')
          """
        )
      }
      try writer.commit()
      #expect(result.omissions == [])
      #expect(try stage.sql(keys).value == valid)
      #expect(try stage.listed().map(\.unchecked) == [[]])
      try await stage.undo()
      #expect(try stage.sql(keys).value == valid)
    }
  }

  @Test("a row written meanwhile is named, and nothing is lost", arguments: TestServer.either())
  func namesBrokenKey(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(Self.definition)
      let content = try await stage.snapshot()
      let result = try await stage.replaceBeside(content, at: "waiting for locks") {
        try stage.sql("INSERT INTO shop.town VALUES (3, 'at')")
        try stage.sql("INSERT INTO public.visit VALUES (3, 3)")
      }
      let said = try #require(result.omissions.first)
      #expect(result.omissions.count == 1 && said.contains("visit_town_fkey of public.visit"))
      let query = try #require(
        said.split(separator: "found by: ").last?.split(separator: ". Mend").first
      )
      #expect(try stage.sql(String(query)).map { $0.int("id") } == [3])
      #expect(try stage.listed().map(\.unchecked) == [["public.visit visit_town_fkey"]])
      // It guards what is new.
      #expect(throws: PostgresError.self) {
        try stage.sql("INSERT INTO public.visit VALUES (4, 4)")
      }
      let accept = try await refusal { try await stage.accept() }
      #expect(accept.code == "restore.unchecked-keys")
      let still = try await stage.operation().resume()
      #expect(still.notices == [said])
      // Undone, it holds again, and is no longer one that was left to be checked.
      try await stage.undo()
      #expect(try stage.sql(keys).value == valid)
      #expect(try stage.count("public.visit") == 2)
      #expect(try stage.listed().map(\.unchecked) == [[]])
    }
  }

  @Test("rows that are gone outside before the exchange hold it back", arguments: [TestServer.v15])
  func checksBefore(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(Self.definition)
      let content = try await stage.snapshot()
      let problem = try await refusal {
        try await stage.replaceBeside(content, at: "statistics") {
          try stage.sql("INSERT INTO shop.town VALUES (3, 'at')")
          try stage.sql("INSERT INTO public.visit VALUES (3, 3)")
        }
      }
      #expect(problem.code == "restore.foreign-key" && problem.kind == .refused)
      #expect(problem.facts.contains { $0.value.contains("waits beside it") })
      #expect(try stage.sql(keys).value == valid)
      try stage.sql("DELETE FROM public.visit WHERE id = 3")
      let resumed = try await stage.besideOperation().resume()
      #expect(resumed.state == .swapped && resumed.notices == [])
    }
  }

  @Test(
    "an undo foresees a key that will not hold, and goes on without it",
    arguments: ReplacementWay.allCases
  )
  func undoesAnyway(way: ReplacementWay) async throws {
    try await Stage.with(.v15) { stage in
      try stage.sql(Self.definition)
      let content = try await stage.snapshot()
      try stage.sql("INSERT INTO public.country VALUES ('ch')")
      try stage.sql("INSERT INTO shop.town VALUES (4, 'ch')")
      try await stage.replaceBeside(content) { $0.way = way }
      // Nothing live refers to it, so it may go; the old copy's row does.
      try stage.sql("DELETE FROM public.country WHERE code = 'ch'")
      let plan = try await stage.operation().undoPlan()
      #expect(plan.unfitting.count == 1)
      #expect(plan.unfitting.first?.contains("refer to nothing in public.country: 1") == true)
      let undone = try await stage.operation().undo(token: plan.token)
      #expect(undone.state == .undone && undone.notices.count == 1)
      #expect(undone.notices.first?.contains(#"SELECT * FROM "shop"."town" o"#) == true)
      #expect(try stage.count("shop.town") == 3)
      // A later replacement knows that the key is meant to be valid.
      let second = try await stage.replace(content)
      #expect(second.omissions == [])
      #expect(try stage.sql(keys).value == valid)
      try await stage.undo(second.operation)
      let unfit = try #require(try stage.listed().last)
      #expect(unfit.unchecked == ["shop.town town_country_fkey"])
      try stage.sql("INSERT INTO public.country VALUES ('ch')")
      #expect(try await stage.operation(unfit.operation).resume().notices == [])
      #expect(try stage.sql(keys).value == valid)
      for copy in try stage.listed() {
        _ = try await stage.operation(copy.operation).resume()
        try await stage.accept(copy.operation)
      }
      #expect(try stage.schemas() == ["shop"])
    }
  }
}

extension Stage {
  func listed() throws -> [SetAside] { try SetAside.list(Connection.open(settings)) }
}
