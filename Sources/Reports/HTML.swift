internal import Bytes

/// A piece of HTML that is built from elements, so that no text can become markup.
public indirect enum HTML: Sendable, Equatable {
  /// Text; what means something in HTML is escaped.
  case text(String)
  /// An element with attributes, which are written sorted by name, and children.
  case node(String, [String: String], [HTML])

  /// An element without attributes.
  public static func element(_ name: String, _ children: [HTML]) -> HTML {
    .node(name, [:], children)
  }

  /// An element with attributes.
  public static func element(
    _ name: String,
    _ attributes: [String: String],
    _ children: [HTML]
  ) -> HTML {
    .node(name, attributes, children)
  }

  /// The markup.
  public var markup: String {
    switch self {
    case .text(let text): return Self.escape(Printable.lines(text))
    case .node(let name, let attributes, let children):
      let list = attributes.sorted { $0.key < $1.key }
        .map { " \($0.key)=\"\(Self.escape(Printable.line($0.value)))\"" }.joined()
      return "<\(name)\(list)>\(children.map(\.markup).joined())</\(name)>"
    }
  }

  /// Escapes the five marks that HTML gives a meaning, in text and in attributes.
  ///
  /// Scalar by scalar: to Swift a quote with a combining accent behind it is another character than
  /// a quote, to a browser it ends the attribute.
  static func escape(_ text: String) -> String {
    text.escaping(["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;", "'": "&#39;"])
  }
}
