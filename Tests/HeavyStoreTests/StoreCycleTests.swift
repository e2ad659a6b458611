import Synchronization
import TestSupport
import Testing

@Suite("A full cycle on a real object store", .serialized)
struct StoreCycleTests {
  @Test(
    "Init, three backups, forget, both phases of collect, check and restore",
    arguments: RealStore.allCases
  )
  func cycle(store: RealStore) throws {
    try withDatabase(on: .v15) { source in try StoreTrial(store, source).expectCycle() }
  }

  @Test(
    "The same behind a proxy that injects 500, 502, 503, resets, slow, cut and short bodies, and silence",
    arguments: RealStore.allCases
  )
  func badProxy(store: RealStore) throws {
    var generator = SeededGenerator.announced()
    let bad = FakeS3.badProxy(generator.next())
    let proxy = try FaultProxy(to: store.endpoint) { request, number in
      // Now and then a request hangs for ever, or a part comes back with less than was asked for.
      if number % 40 == 9 { return .silence }
      if number % 10 == 7, request.fields["range"] != nil { return .shorten }
      return bad(request, number)
    }
    try withDatabase(on: .v15) { source in
      try StoreTrial(store, source, through: proxy).expectCycle()
    }
    let record = proxy.record
    print("badProxy on \(store): \(record.requests) requests, \(record.faults)")
    for fault in ["refuse", "lose", "reset", "cut", "slow", "silence"] {
      #expect(record.faults[fault, default: 0] > 0, "\(fault) was never tried")
    }
  }
}
