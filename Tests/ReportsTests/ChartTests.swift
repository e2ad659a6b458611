import Reports
import TestSupport
import Testing

@Suite("Calendars and plots")
struct ChartTests {
  @Test("A month is a table: signs and words beside colours")
  func calendar() throws {
    let days = (1...28).map { number -> DayCalendar.Day in
      switch number % 5 {
      case 0: .init(.missing, "nothing")
      case 1: .init(.best, "<best>")
      case 2: .init(.good, "good")
      case 3: .init(.present, "there")
      default: .init(.plain)
      }
    }
    let calendar = DayCalendar(
      months: [.init(title: "February 2027", offset: 0, days: days)],
      legend: DayCalendar.Look.allCases.map { .init($0, "\($0)") }
    )
    try Golden.check(calendar.html.markup + "\n", "calendar.html")
    #expect(Set(DayCalendar.Look.allCases.map(\.sign)).count == DayCalendar.Look.allCases.count)
  }

  @Test(
    "A plot is one drawing with its words",
    arguments: [(Plot.Shape.line, "line"), (.bars, "bars"), (.dots, "dots")]
  )
  func plots(shape: Plot.Shape, name: String) throws {
    let plot = Plot(
      title: "Size <of it>",
      words: "From 1 to 3.",
      shape: shape,
      points: [(0.0, 1.0), (5, 0), (10, 3)].map { .init(x: $0, y: $1, words: "\($1)") },
      columns: [.init(0, "first"), .init(10, "last")],
      rows: Plot.byteRows(upTo: 3),
      range: 0...10
    )
    try Golden.check(plot.html.markup + "\n", "plot-\(name).html")
  }

  @Test("A plot of nothing, of one point, and of equal points has no number that is none")
  func degenerate() {
    for points in [[], [5.0], [0, 0]] {
      for shape in [Plot.Shape.line, .bars, .dots] {
        let plot = Plot(
          title: "t",
          words: "w",
          shape: shape,
          points: points.map { .init(x: 1, y: $0, words: "") },
          columns: [],
          rows: Plot.byteRows(upTo: points.max() ?? 0),
          range: 1...1
        )
        #expect(!plot.html.markup.contains("nan") && !plot.html.markup.contains("inf"))
      }
    }
  }

  @Test("The lines of a plot are round, and reach what is drawn")
  func ticks() {
    let bytes = { (most: Double) in Plot.byteRows(upTo: most).map(\.label) }
    #expect(bytes(3 * 1024) == ["0 KiB", "1 KiB", "2 KiB", "3 KiB"])
    #expect(bytes(0) == ["0 B", "1 B"])
    #expect(bytes(700 * 1_048_576).last == "800 MiB")
    let times = { (most: Double) in Plot.timeRows(upTo: most).map(\.label) }
    #expect(times(850) == ["0 min", "5 min", "10 min", "15 min"])
    #expect(times(3) == ["0 s", "1 s", "2 s", "3 s"])
    for most in [0.5, 7, 99, 1023, 5e5, 7e9, 3e13] {
      #expect((Plot.byteRows(upTo: most).last?.at ?? 0) >= most)
      #expect((Plot.timeRows(upTo: most).last?.at ?? 0) >= most)
      #expect((2...6).contains(Plot.byteRows(upTo: most).count))
    }
  }
}
