/// Numbers over time as a drawing, with what it shows in words.
///
/// Drawn as SVG in the page itself: nothing is loaded, and it takes the page's colours.
public struct Plot: Sendable, Equatable {
  /// How points are drawn.
  public enum Shape: Sendable, Equatable {
    /// Joined, with the area below.
    case line
    /// One bar each.
    case bars
    /// One dot each.
    case dots
  }

  /// One number at a time.
  public struct Point: Sendable, Equatable {
    /// When, in any unit.
    public var x: Double
    /// The number, not below 0.
    public var y: Double
    /// What is shown where a mouse rests on it.
    public var words: String

    /// Makes a point.
    public init(x: Double, y: Double, words: String) {
      self.x = x
      self.y = y
      self.words = words
    }
  }

  /// A line across with its label.
  public struct Tick: Sendable, Equatable {
    /// Where.
    public var at: Double
    /// What stands there, with its unit.
    public var label: String

    /// Makes a tick.
    public init(_ at: Double, _ label: String) {
      self.at = at
      self.label = label
    }
  }

  /// What it shows.
  public var title: String
  /// The same in a sentence, for those who do not see it: from where to where.
  public var words: String
  /// How points are drawn.
  public var shape: Shape
  /// From left to right.
  public var points: [Point]
  /// Times below.
  public var columns: [Tick]
  /// Numbers at the left; the last is the top.
  public var rows: [Tick]
  /// The left and the right edge.
  public var range: ClosedRange<Double>

  /// Makes a plot.
  public init(
    title: String,
    words: String,
    shape: Shape,
    points: [Point],
    columns: [Tick],
    rows: [Tick],
    range: ClosedRange<Double>
  ) {
    self.title = title
    self.words = words
    self.shape = shape
    self.points = points
    self.columns = columns
    self.rows = rows
    self.range = range
  }

  private static let size = (width: 480.0, height: 220.0)
  private static let inner = (left: 80.0, right: 450.0, top: 12.0, bottom: 190.0)

  /// A figure with its caption.
  public var html: HTML {
    .element(
      "figure",
      ["class": "plot"],
      [
        .element("figcaption", [.text(title)]),
        .element(
          "svg",
          [
            "role": "img", "aria-label": "\(title). \(words)",
            "viewBox": "0 0 \(Int(Self.size.width)) \(Int(Self.size.height))",
          ],
          grid + drawing
        ),
        .element("p", ["class": "words"], [.text(words)]),
      ]
    )
  }

  private var grid: [HTML] {
    let across = rows.flatMap { tick -> [HTML] in
      let y = Self.text(height(tick.at))
      return [
        .element(
          "line",
          [
            "class": "grid", "x1": Self.text(Self.inner.left), "x2": Self.text(Self.inner.right),
            "y1": y, "y2": y,
          ],
          []
        ),
        .element(
          "text",
          [
            "class": "row", "x": Self.text(Self.inner.left - 6),
            "y": Self.text(height(tick.at) + 4),
          ],
          [.text(tick.label)]
        ),
      ]
    }
    let below = columns.map { tick in
      HTML.element(
        "text",
        [
          "class": "column", "x": Self.text(place(tick.at)),
          "y": Self.text(Self.inner.bottom + 20),
        ],
        [.text(tick.label)]
      )
    }
    return across + below
  }

  private var drawing: [HTML] {
    switch shape {
    case .line: line + marks(radius: points.count > 60 ? 0 : 2.5)
    case .dots: marks(radius: 4)
    case .bars: bars
    }
  }

  private var line: [HTML] {
    guard let first = points.first, let last = points.last, points.count > 1 else {
      return marks(radius: 4)
    }
    let way = points.map { "\(Self.text(place($0.x))) \(Self.text(height($0.y)))" }
      .joined(separator: " L ")
    let base = Self.text(Self.inner.bottom)
    return [
      .element(
        "path",
        [
          "class": "area",
          "d":
            "M \(Self.text(place(first.x))) \(base) L \(way) L \(Self.text(place(last.x))) \(base) Z",
        ],
        []
      ),
      .element("path", ["class": "line", "d": "M \(way)"], []),
    ]
  }

  private func marks(radius: Double) -> [HTML] {
    guard radius > 0 else { return [] }
    return points.map { point in
      .element(
        "circle",
        [
          "class": "dot", "cx": Self.text(place(point.x)), "cy": Self.text(height(point.y)),
          "r": Self.text(radius),
        ],
        [.element("title", [.text(point.words)])]
      )
    }
  }

  private var bars: [HTML] {
    let room = (Self.inner.right - Self.inner.left) / Double(max(points.count, 1))
    let width = min(max(room * 0.7, 1), 14)
    return points.map { point in
      let top = min(height(point.y), Self.inner.bottom - 1)
      return .element(
        "rect",
        [
          "class": "bar", "x": Self.text(place(point.x) - width / 2), "y": Self.text(top),
          "width": Self.text(width), "height": Self.text(Self.inner.bottom - top),
        ],
        [.element("title", [.text(point.words)])]
      )
    }
  }

  private func place(_ x: Double) -> Double {
    let span = range.upperBound - range.lowerBound
    let share = span > 0 ? (x - range.lowerBound) / span : 0.5
    return Self.inner.left + min(max(share, 0), 1) * (Self.inner.right - Self.inner.left)
  }

  private func height(_ y: Double) -> Double {
    let top = max(rows.last?.at ?? 0, points.map(\.y).max() ?? 0)
    let share = top > 0 ? y / top : 0
    return Self.inner.bottom - share * (Self.inner.bottom - Self.inner.top)
  }

  /// A tenth of a pixel is fine enough.
  private static func text(_ value: Double) -> String { Quantity.decimal(value, places: 1) }
}
