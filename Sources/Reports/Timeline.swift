/// Bars on one scale of time, each with a label and a few words.
public struct Timeline: Sendable, Equatable {
  /// One bar.
  public struct Bar: Sendable, Equatable {
    /// What happened.
    public var label: String
    /// When it began, in seconds from the left edge.
    public var start: Double
    /// How long it took, in seconds.
    public var seconds: Double
    /// What stands on the bar: how long, and what it did to others.
    public var words: String
    /// How it is meant.
    public var role: Style.Role?

    /// Makes a bar.
    public init(
      _ label: String,
      start: Double,
      seconds: Double,
      words: String,
      role: Style.Role? = nil
    ) {
      self.label = label
      self.start = start
      self.seconds = seconds
      self.words = words
      self.role = role
    }
  }

  /// The bars in their order.
  public var bars: [Bar]

  /// Makes a timeline.
  public init(_ bars: [Bar]) { self.bars = bars }

  private var end: Double { max(bars.map { $0.start + $0.seconds }.max() ?? 0, 1e-9) }

  var html: HTML {
    .element(
      "div",
      ["class": "timeline"],
      bars.flatMap { bar -> [HTML] in
        let role = bar.role.map { " \($0)" } ?? ""
        let place = "left:\(percent(bar.start))%;width:\(percent(bar.seconds))%"
        return [
          .element("div", ["class": "label", "title": bar.label], [.text(bar.label)]),
          .element(
            "div",
            ["class": "lane"],
            [
              .element("div", ["class": "bar\(role)", "style": place], []),
              .element("span", ["class": "time"], [.text(bar.words)]),
            ]
          ),
        ]
      }
    )
  }

  /// Hundredths of a percent of the whole, without a locale.
  private func percent(_ seconds: Double) -> String {
    let hundredths = Int((seconds / end * 10_000).rounded())
    let rest = String(hundredths % 100)
    return "\(hundredths / 100).\(rest.count == 1 ? "0" : "")\(rest)"
  }
}
