import Testing

@testable import Catalog

@Suite("Names are the server's, byte by byte")
struct RelationNameTests {
  private let whole = "caf\u{E9}"
  private let apart = "cafe\u{301}"

  @Test("A letter with its accent and the letter and the accent name two tables")
  func relations() {
    let names = [whole, apart].map { RelationName(schema: "public", name: $0) }
    #expect(whole == apart, "to Swift they are equal")
    #expect(names[0] != names[1])
    #expect(Set(names).count == 2)
    #expect(names[1] < names[0] && !(names[0] < names[1]))
  }

  @Test("They name two objects of a schema as well")
  func objects() {
    let objects = [whole, apart].map { SchemaObject(.structure, "table", "public.\($0)") }
    #expect(SchemaFingerprint(texts: [objects[0]: "a", objects[1]: "b"]).objects.count == 2)
    #expect(objects[1] < objects[0] && !(objects[0] < objects[1]))
  }

  @Test("Texts of an object differ by a byte too, and a change of one is not that of the other")
  func texts() {
    let objects = [whole, apart].map { SchemaObject(.structure, "column", "public.t.\($0)") }
    let changes = objects.map { object in
      ChangeSet(from: SchemaFingerprint(), to: SchemaFingerprint(texts: [object: "text"]))
    }
    #expect(changes[0].lines(against: changes[1]).count == 2)
    #expect(changes[0].lines(against: changes[0]).isEmpty)
    #expect(
      SchemaFingerprint(texts: [objects[0]: whole]) != SchemaFingerprint(texts: [objects[0]: apart])
    )
  }
}
