internal import FoundationEssentials
internal import Reports

/// Numbers over time, thinned out to what can be seen, with round times below.
struct DashboardPlot {
  /// Points that a drawing shows at most; of more the largest of each share is taken.
  private static let limit = 180

  private let title: String
  private let shape: Plot.Shape
  private let points: [(time: Date, value: Double)]
  private let now: Date
  private let text: (Double) -> String

  /// Prepares a plot.
  ///
  /// - Parameters:
  ///   - title: What it shows.
  ///   - shape: How.
  ///   - points: Oldest first.
  ///   - now: The right edge.
  ///   - text: Says a number.
  init(
    _ title: String,
    _ shape: Plot.Shape,
    _ points: [(Date, Double)],
    now: Date,
    text: @escaping (Double) -> String
  ) {
    self.title = title
    self.shape = shape
    self.points = Self.thinned(points)
    self.now = now
    self.text = text
  }

  /// With bytes at the left.
  var bytes: Plot { plot(Plot.byteRows(upTo: most)) }

  /// With seconds at the left.
  var seconds: Plot { plot(Plot.timeRows(upTo: most)) }

  private var most: Double { points.map { $0.value }.max() ?? 0 }

  private func plot(_ rows: [Plot.Tick]) -> Plot {
    let first = points.first?.time ?? now
    let end = max(now, points.last?.time ?? now)
    let range =
      first
      .timeIntervalSince1970...max(
        end.timeIntervalSince1970,
        first.timeIntervalSince1970 + 86_400
      )
    return Plot(
      title: title,
      words: words,
      shape: shape,
      points: points.map {
        Plot.Point(
          x: $0.time.timeIntervalSince1970,
          y: $0.value,
          words: "\($0.time.dashboardText): \(text($0.value))"
        )
      },
      columns: Self.columns(range),
      rows: rows,
      range: range
    )
  }

  private var words: String {
    guard let first = points.first, let last = points.last else { return "Nothing yet." }
    let end = "\(text(last.value)) on \(CalendarDay(of: last.time).text)"
    guard points.count > 1 else { return "\(end)." }
    return
      "\(text(first.value)) on \(CalendarDay(of: first.time).text), \(end); at most \(text(most))."
  }

  /// At most five days at equal distances.
  private static func columns(_ range: ClosedRange<Double>) -> [Plot.Tick] {
    let days = (range.upperBound - range.lowerBound) / 86_400
    let step = [1.0, 2, 3, 7, 14, 21, 30, 60, 91, 182, 365, 730].first { days / $0 <= 5 } ?? 3650
    let last = (range.upperBound / 86_400).rounded(.down)
    return stride(from: last, through: 0, by: -step).prefix { $0 * 86_400 >= range.lowerBound }
      .filter { ($0 * 86_400 - range.lowerBound) / (range.upperBound - range.lowerBound) > 0.03 }
      .reversed().map { Plot.Tick($0 * 86_400, CalendarDay(Int($0)).short) }
  }

  private static func thinned(_ points: [(Date, Double)]) -> [(time: Date, value: Double)] {
    guard points.count > limit else { return points.map { (time: $0.0, value: $0.1) } }
    return (0..<limit).compactMap { part in
      points[points.count * part / limit..<points.count * (part + 1) / limit]
        .max { $0.1 < $1.1 }.map { (time: $0.0, value: $0.1) }
    }
  }
}
