import Testing

@testable import Rehearsal

@Suite("What a statement did that runs batch by batch")
struct ObservationTests {
  private let batch = Observation(
    place: "1.backfill.sql:3:1",
    headline: "SELECT",
    seconds: 1,
    rows: 10,
    walBytes: 100,
    locks: [],
    rewrites: [],
    scans: [],
    notices: 0
  )

  @Test("What one batch lost or built again is told, however many follow")
  func joined() {
    var first = batch
    first.losses = [Observation.Loss(table: "public.item", column: "note")]
    first.indexRewrites = [
      Observation.IndexRewrite(index: "public.item_pkey", table: "public.item", bytes: 8192)
    ]
    let all = first.joined(with: batch).joined(with: batch)
    #expect(all.losses == first.losses)
    #expect(all.indexRewrites == first.indexRewrites)
    #expect(all.rows == 30)
  }
}
