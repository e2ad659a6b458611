import Reports
import Testing

@Suite("Numbers for people")
struct QuantityTests {
  @Test(
    "Bytes",
    arguments: [
      (0, "0 B"), (999, "999 B"), (1024, "1.00 KiB"), (1536, "1.50 KiB"), (10 << 20, "10.0 MiB"),
      (999 << 20, "999 MiB"), (1000 << 20, "0.98 GiB"), (5 << 40, "5.00 TiB"),
    ]
  )
  func bytes(_ count: Int, _ text: String) { #expect(Quantity.bytes(count) == text) }

  @Test(
    "Lengths of time",
    arguments: [
      (0.0, "0 s"), (0.0032, "3.20 ms"), (0.999, "999 ms"), (1.0, "1.00 s"), (45.06, "45.1 s"),
      (59.96, "1 min 00 s"), (200, "3 min 20 s"), (7500, "2 h 05 min"), (273_600, "3 d 4 h"),
      (-2, "-2.00 s"),
    ]
  )
  func durations(_ seconds: Double, _ text: String) {
    #expect(Quantity.duration(.seconds(seconds)) == text)
  }

  @Test("Counts, shares and rates")
  func others() {
    #expect(Quantity.count(0) == "0")
    #expect(Quantity.count(1_234_567) == "1,234,567")
    #expect(Quantity.count(-1000) == "-1,000")
    #expect(Quantity.count(1, "row", "rows") == "1 row")
    #expect(Quantity.count(2, "row", "rows") == "2 rows")
    #expect(Quantity.percent(999, of: 1000) == "99 %")
    #expect(Quantity.percent(1000, of: 1000) == "100 %")
    #expect(Quantity.percent(1, of: 0) == "-")
    #expect(Quantity.rate(bytes: 20 << 20, in: .seconds(2)) == "10.0 MiB/s")
    #expect(Quantity.rate(bytes: 1, in: .zero) == "-")
    #expect(Quantity.decimal(2.345, places: 1) == "2.3")
    #expect(Quantity.decimal(-0.04, places: 1) == "0.0")
  }
}
