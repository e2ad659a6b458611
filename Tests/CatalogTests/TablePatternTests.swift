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
}
