internal import Arguments
internal import Bytes
internal import FoundationEssentials
internal import Problems
internal import YAML

/// A file in YAML that people write: each mistake is told with its line, and what was meant.
protocol YAMLFile {
  /// What the codes of its problems begin with: `policy`.
  static var domain: String { get }
  /// Its path as messages show it.
  var path: String { get }
}

extension YAMLFile {
  /// The text of a file; a `Problem` of kind `usage` where it cannot be read.
  static func text(of path: String) throws -> String {
    guard let data = FileManager.default.contents(atPath: path),
      let text = String(validating: Array(data), as: UTF8.self)
    else {
      throw Problem(
        .usage,
        code: "\(domain).unreadable",
        "The \(domain) file \(path) cannot be read",
        hint: "Check that it exists, that this user may read it, and that it is UTF-8."
      )
    }
    return text
  }

  /// What a text says; nil for an empty one.
  func root(of text: String) throws -> YAMLNode? {
    do throws(YAMLError) {
      return try YAMLParser.parse(text)
    } catch {
      throw problem(error.mark, "not-yaml", error.message)
    }
  }

  func entries(of node: YAMLNode) throws -> [YAMLNode.Entry] {
    if node.isNull { return [] }
    guard case .mapping(let entries) = node.content else {
      throw problem(node.mark, "bad-value", "Keys with values are expected here")
    }
    return entries
  }

  /// What a key means; one that means nothing is told with the nearest that does.
  func key<Keys: CaseIterable & RawRepresentable<String>>(
    _ key: YAMLNode.Key,
    _ keys: Keys.Type
  ) throws -> Keys {
    if let known = Keys(rawValue: key.name) { return known }
    throw unknown(key, in: keys.allCases.map(\.rawValue))
  }

  /// The values of a node by what their keys mean.
  func values<Keys: CaseIterable & RawRepresentable<String> & Hashable>(
    of node: YAMLNode,
    by keys: Keys.Type
  ) throws -> [Keys: YAMLNode] {
    var found: [Keys: YAMLNode] = [:]
    for entry in try entries(of: node) {
      let known = try key(entry.key, keys)
      found[known] = entry.value
    }
    return found
  }

  func text(_ node: YAMLNode) throws -> String {
    guard case .scalar(let text, _) = node.content, !node.isNull else {
      throw problem(node.mark, "bad-value", "A text is expected here")
    }
    return text
  }

  func unknown(_ key: YAMLNode.Key, in known: [String]) -> Problem {
    let nearest = Spelling.nearest(to: key.name, in: known).map { "Did you mean '\($0)'? " } ?? ""
    return problem(
      key.mark,
      "unknown-key",
      "There is no key '\(key.name)'",
      hint: "\(nearest)Known keys: \(known.joined(separator: ", "))."
    )
  }

  func problem(
    _ mark: YAMLMark,
    _ code: String,
    _ summary: String,
    hint: String? = nil
  ) -> Problem {
    Problem(
      .usage,
      code: "\(Self.domain).\(code)",
      "\(path):\(mark.line):\(mark.column): \(summary)",
      hint: hint
    )
  }
}
