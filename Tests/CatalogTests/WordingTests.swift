import Testing

@testable import Catalog

@Suite("Two wordings of one expression")
struct WordingTests {
  @Test(
    "The cast of an array stands at each element",
    arguments: [
      (
        "CHECK (((v)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))",
        "CHECK (((v)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text])))"
      ),
      (
        "(ARRAY['a,]'::x, '(''b'::x])::app.\"T\"[]",
        "ARRAY[('a,]'::x)::app.\"T\", ('(''b'::x)::app.\"T\"]"
      ),
      ("(ARRAY[f(a, b[1])])::text[] AND c", "ARRAY[(f(a, b[1]))::text] AND c"),
      ("(ARRAY[(ARRAY[a])::x[]])::y[]", "ARRAY[(ARRAY[(a)::x])::y]"),
      ("(ARRAY[1,2])::int[]", "ARRAY[(1)::int, (2)::int]"),
    ]
  )
  func rewritten(native: String, restored: String) {
    #expect(Wording.canonical(native) == restored)
    #expect(Wording.canonical(restored) == restored)
    #expect(Wording.isSame(native, restored, of: Self.check))
  }

  @Test(
    "What is no cast of an array stays",
    arguments: [
      "'(ARRAY[a])::text[]'", "(ARRAY[a])", "(ARRAY[a])::text", "(ARRAY[a", "(ARRAY['a",
      "é (ARRAY[", "(ARRAY[a,]", "(ARRAY[a,])::text[]", "(ARRAY[a, ", "(ARRAY[])::int[]",
    ]
  )
  func kept(text: String) { #expect(Wording.canonical(text) == text) }

  private static let check = SchemaObject(.structure, "constraint", "public.t.v_check")

  @Test("A letter with its accent is another text than the letter and the accent")
  func bytes() {
    let (one, other) = ("CHECK ((a <> '\u{E9}'::text))", "CHECK ((a <> 'e\u{301}'::text))")
    #expect(one == other, "to Swift they are equal")
    #expect(!Wording.isSame(one, other, of: Self.check))
  }

  @Test("Of what a person wrote, every byte counts")
  func written() {
    let (native, restored) = ("(ARRAY[1, 2])::int[]", "ARRAY[(1)::int, (2)::int]")
    #expect(Wording.isSame(native, restored, of: Self.check))
    for kind in ["function", "procedure"] {
      let routine = SchemaObject(.structure, kind, "public.f()")
      #expect(!Wording.isSame(native, restored, of: routine))
      #expect(Wording.isSame(native, native, of: routine))
    }
  }

  @Test("Another value, another type and another order are other expressions")
  func others() {
    let text = "(ARRAY['a'::x, 'b'::x])::text[]"
    for other in [
      "(ARRAY['a'::x, 'c'::x])::text[]", "(ARRAY['a'::x, 'b'::x])::y[]",
      "(ARRAY['b'::x, 'a'::x])::text[]", "ARRAY['a'::x, 'b'::x]",
      "(ARRAY['a'::x,'c'::x])::text[]",
    ] {
      #expect(!Wording.isSame(text, other, of: Self.check))
    }
  }
}
