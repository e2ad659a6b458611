/// Colours and weights of a terminal, or none.
public struct Style: Sendable, Equatable {
  /// What a text means; the style decides how that looks.
  public enum Role: Sendable {
    /// A heading.
    case strong
    /// Something of lesser importance.
    case faint
    /// Something good.
    case good
    /// Something to look at.
    case warning
    /// Something bad.
    case bad
  }

  /// Whether texts are coloured at all.
  public var isColoured: Bool

  /// Makes a style.
  public init(isColoured: Bool) { self.isColoured = isColoured }

  /// Text as it is.
  public static let plain = Style(isColoured: false)

  /// Decides from the output and the environment.
  ///
  /// Colour appears only on a terminal that is not `dumb`, and only while `NO_COLOR` is unset or
  /// empty (no-color.org).
  public static func suited(isTerminal: Bool, environment: [String: String]) -> Style {
    let refuses = !(environment["NO_COLOR"] ?? "").isEmpty
    return Style(isColoured: isTerminal && !refuses && environment["TERM"] != "dumb")
  }

  /// The text in the look of its role.
  public func apply(_ role: Role, _ text: String) -> String {
    guard isColoured, !text.isEmpty else { return text }
    let code =
      switch role {
      case .strong: "1"
      case .faint: "2"
      case .good: "32"
      case .warning: "33"
      case .bad: "31"
      }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }
}
