/// Months as on a wall, in which each day has a mark.
///
/// A mark is a sign and a word beside a colour, so nobody has to tell colours apart.
public struct DayCalendar: Sendable, Equatable {
  /// How a day looks.
  public enum Look: String, Sendable, CaseIterable {
    /// Nothing is to be said of it.
    case plain
    /// Something is missing.
    case missing
    /// Something is there.
    case present
    /// It is there and good.
    case good
    /// It is there and best.
    case best

    /// The sign of the look; empty for a plain day.
    public var sign: String {
      switch self {
      case .plain: ""
      case .missing: "–"
      case .present: "•"
      case .good: "✓"
      case .best: "★"
      }
    }
  }

  /// One day.
  public struct Day: Sendable, Equatable {
    /// How it looks.
    public var look: Look
    /// What is said of it; empty for nothing.
    public var words: String

    /// Makes a day.
    public init(_ look: Look, _ words: String = "") {
      self.look = look
      self.words = words
    }
  }

  /// One month.
  public struct Month: Sendable, Equatable {
    /// Its name: `November 2026`.
    public var title: String
    /// Days of the week before its first, 0 for a Monday.
    public var offset: Int
    /// Its days in order.
    public var days: [Day]

    /// Makes a month.
    public init(title: String, offset: Int, days: [Day]) {
      self.title = title
      self.offset = offset
      self.days = days
    }
  }

  /// The months in order.
  public var months: [Month]
  /// What the looks mean here, in the order of the legend.
  public var legend: [Day]

  /// Makes a calendar.
  public init(months: [Month], legend: [Day]) {
    self.months = months
    self.legend = legend
  }

  /// The legend, then one table for each month.
  public var html: HTML {
    .element(
      "div",
      ["class": "calendar"],
      [
        .element(
          "ul",
          ["class": "legend"],
          legend.map { day in
            .element(
              "li",
              [
                .element(
                  "span",
                  ["aria-hidden": "true", "class": "sign \(day.look)"],
                  [
                    .text(day.look.sign)
                  ]
                ),
                .text(day.words),
              ]
            )
          }
        ),
        .element("div", ["class": "months"], months.map(Self.table)),
      ]
    )
  }

  private static let weekdays = [
    ("Mo", "Monday"), ("Tu", "Tuesday"), ("We", "Wednesday"), ("Th", "Thursday"),
    ("Fr", "Friday"), ("Sa", "Saturday"), ("Su", "Sunday"),
  ]

  private static func table(_ month: Month) -> HTML {
    let cells =
      Array(repeating: HTML.element("td", []), count: month.offset)
      + month.days.enumerated().map { cell($0.element, number: $0.offset + 1) }
    let rows = stride(from: 0, to: cells.count, by: 7).map { start in
      HTML.element("tr", Array(cells[start..<min(start + 7, cells.count)]))
    }
    let heads = weekdays.map { short, long in
      HTML.element(
        "th",
        ["scope": "col"],
        [.element("abbr", ["title": long], [.text(short)])]
      )
    }
    return .element(
      "table",
      ["class": "month"],
      [
        .element("caption", [.text(month.title)]),
        .element("thead", [.element("tr", heads)]), .element("tbody", rows),
      ]
    )
  }

  private static func cell(_ day: Day, number: Int) -> HTML {
    var children = [HTML.element("span", ["class": "number"], [.text("\(number)")])]
    if !day.look.sign.isEmpty {
      children.append(
        .element("span", ["aria-hidden": "true", "class": "mark"], [.text(day.look.sign)])
      )
    }
    guard !day.words.isEmpty else {
      return .element("td", ["class": "day \(day.look)"], children)
    }
    children.append(.element("span", ["class": "unseen"], [.text(": \(day.words)")]))
    return .element("td", ["class": "day \(day.look)", "title": day.words], children)
  }
}
