import Testing

@testable import Rehearsal

@Suite("Names as event triggers write them")
struct NamedObjectTests {
  @Test(
    "A name is taken apart without quotes, arguments and what it belongs to",
    arguments: [
      ("public.twice(integer)", ["public", "twice"]), ("watch on public.t", ["watch"]),
      ("attic", ["attic"]), ("\"Odd.Schema\".\"a \"\"b\"\" (c)\"", ["Odd.Schema", "a \"b\" (c)"]),
      ("public.\"T\"", ["public", "T"]),
    ]
  )
  func parts(name: String, parts: [String]) {
    #expect(Observation.NamedObject(kind: "x", name: name).parts == parts)
  }
}
