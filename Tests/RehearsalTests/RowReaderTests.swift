import Postgres
import TestSupport
import Testing

@testable import Rehearsal

@Suite("Rows of touched tables are read")
struct RowReaderTests {
  @Test("A table above the limit is not read, and the reason names both sizes")
  func limit() throws {
    try withDatabase(on: .v15) { settings in
      try Connection.open(settings).execute(
        "CREATE TABLE item AS SELECT i FROM generate_series(1, 5000) i; CREATE TABLE none (a int)"
      )
      var reader = RowReader(settings: settings, seed: 7, encoding: "UTF8")
      reader.limit = 64 << 10
      let all: [String]? = nil
      let found = try reader.read(["public.item": all, "public.none": all, "public.gone": all])
      #expect(Set(found.keys) == ["public.item", "public.none"])
      let reason = try #require(found["public.item"]?.reason)
      #expect(reason.hasSuffix(" KiB are more than 64.0 KiB"), "\(reason)")
      #expect(found["public.none"]?.reading?.rows == 0)
    }
  }

  @Test("A view in a table's place is never read: it would run strangers' code")
  func view() throws {
    try withDatabase(on: .v15) { settings in
      try Connection.open(settings).execute("CREATE VIEW item AS SELECT 1 / 0 AS a")
      let all: [String]? = nil
      let reader = RowReader(settings: settings, seed: 7, encoding: "UTF8")
      #expect(try reader.read(["public.item": all]).isEmpty)
    }
  }

  @Test("A column's table is found behind quotes and dots")
  func columns() {
    let quoted = #"public."a.b"."c "".d""#
    #expect([Observation].table(ofColumn: quoted) == #"public."a.b""#)
    #expect([Observation].table(ofColumn: #"public."a.b".c"#) == #"public."a.b""#)
    #expect([Observation].table(ofColumn: "public.a.c") == "public.a")
  }
}
