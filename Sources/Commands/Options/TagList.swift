internal import Problems

/// Tags as a command line gives them: `git=1a2b3c4`.
struct TagList: Equatable {
  let values: [String: String]

  /// Reads them; a `Problem` of kind `usage` for one without name and value.
  init(_ words: [String]) throws {
    var values: [String: String] = [:]
    for tag in words {
      guard let equals = tag.firstIndex(of: "="), equals != tag.startIndex else {
        throw Problem(
          .usage,
          code: "usage.tag",
          "The tag \(tag) has no name and value",
          hint: "Write it as git=1a2b3c4."
        )
      }
      values[String(tag[..<equals])] = String(tag[tag.index(after: equals)...])
    }
    self.values = values
  }
}
