/// Reads one YAML document into a tree of values.
///
/// What a configuration does not need is refused rather than half understood: aliases (with them,
/// a few lines can stand for gigabytes), tags, several documents, and keys that come twice.
public struct YAMLParser {
  /// The longest document that is read, in bytes.
  public static let largest = 1 << 20
  /// The deepest nesting that is read.
  public static let deepest = 32

  private let events: YAMLEvents

  private init(_ text: String) throws(YAMLError) { events = try YAMLEvents(text) }

  /// Reads a document; nil stands for an empty one.
  ///
  /// Throws a `YAMLError` that tells line and column.
  public static func parse(_ text: String) throws(YAMLError) -> YAMLNode? {
    guard text.utf8.count <= largest else {
      throw YAMLError(
        message: "The document is longer than \(largest) bytes",
        mark: YAMLMark(line: 1, column: 1)
      )
    }
    return try Self(text).document()
  }

  private func document() throws(YAMLError) -> YAMLNode? {
    var root: YAMLNode?
    while true {
      let event = try events.next()
      switch event.kind {
      case .streamEnd: return root
      case .documentStart where root != nil:
        throw YAMLError(message: "Only one document is expected", mark: event.mark)
      case .streamStart, .documentStart, .documentEnd: continue
      default: root = try node(event, depth: 1)
      }
    }
  }

  private func node(_ event: YAMLEvents.Event, depth: Int) throws(YAMLError) -> YAMLNode {
    guard depth <= Self.deepest else {
      throw YAMLError(message: "More than \(Self.deepest) levels are nested", mark: event.mark)
    }
    switch event.kind {
    case .scalar(let text, let isQuoted):
      return YAMLNode(content: .scalar(text, isQuoted: isQuoted), mark: event.mark)
    case .sequenceStart: return try sequence(from: event.mark, depth: depth)
    case .mappingStart: return try mapping(from: event.mark, depth: depth)
    case .alias:
      throw YAMLError(message: "Anchors and aliases are not supported", mark: event.mark)
    default: throw YAMLError(message: "A value is expected", mark: event.mark)
    }
  }

  private func sequence(from mark: YAMLMark, depth: Int) throws(YAMLError) -> YAMLNode {
    var elements: [YAMLNode] = []
    while true {
      let event = try events.next()
      if event.kind == .sequenceEnd { break }
      elements.append(try node(event, depth: depth + 1))
    }
    return YAMLNode(content: .sequence(elements), mark: mark)
  }

  private func mapping(from mark: YAMLMark, depth: Int) throws(YAMLError) -> YAMLNode {
    var entries: [YAMLNode.Entry] = []
    var lines: [String: Int] = [:]
    while true {
      let event = try events.next()
      if event.kind == .mappingEnd { break }
      guard case .scalar(let name, _) = event.kind else {
        throw YAMLError(message: "A key must be a plain text", mark: event.mark)
      }
      if let line = lines[name] {
        throw YAMLError(
          message: "The key '\(name)' is already given in line \(line)",
          mark: event.mark
        )
      }
      lines[name] = event.mark.line
      let value = try node(try events.next(), depth: depth + 1)
      entries.append(.init(key: .init(name: name, mark: event.mark), value: value))
    }
    return YAMLNode(content: .mapping(entries), mark: mark)
  }
}
