import Testing

@testable import Catalog

@Suite("Patterns choose tables")
struct TablePatternTests {
  private func matches(_ pattern: String, _ schema: String, _ name: String) -> Bool {
    TablePattern(pattern).matches(RelationName(schema: schema, name: name))
  }

  @Test("Without a schema any schema fits")
  func anySchema() {
    #expect(matches("jobs", "public", "jobs"))
    #expect(!matches("jobs", "public", "old_jobs"))
  }

  @Test("A star stands for any characters, a question mark for one")
  func wildcards() {
    #expect(matches("sales.order*", "sales", "orders_2026"))
    #expect(matches("*.t?", "a", "t1"))
    #expect(!matches("*.t?", "a", "t12"))
  }

  @Test("pg_dump gets names that it does not fold, and the same wildcards")
  func dumpPattern() {
    #expect(TablePattern("Sales.Order*").dumpPattern == "\"Sales\".\"Order\"*")
    #expect(TablePattern("a\"b").dumpPattern == "\"a\"\"b\"")
  }

  @Test("A letter with its accent, and a letter and its accent, are two names as to pg_dump")
  func exactNames() {
    let (whole, apart) = ("caf\u{E9}", "cafe\u{301}")
    #expect(matches(whole, "public", whole) && !matches(whole, "public", apart))
    #expect(matches("\(apart).t", apart, "t") && !matches("\(apart).t", whole, "t"))
    #expect(matches("caf?", "public", whole) && !matches("caf?", "public", apart))
    let pattern = TablePattern("a.*\u{301}").dumpPattern
    #expect(pattern.utf8.elementsEqual("\"a\".*\"\u{301}\"".utf8))
  }
}
