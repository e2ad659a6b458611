/// Measures functions in code without comments and quoted texts.
enum FunctionLengths {
  /// Where a function begins, and how many lines it has from there to its closing brace.
  static func of(_ code: [String]) -> [(line: Int, length: Int)] {
    let text = Array(code.joined(separator: "\n"))
    var found: [(line: Int, length: Int)] = []
    var line = 1
    for index in text.indices {
      if text[index] == "\n" { line += 1 }
      guard beginsFunction(text, index), let body = body(text, from: index) else { continue }
      let lines = text[index...body].count { $0 == "\n" } + 1
      found.append((line, lines))
    }
    return found
  }

  private static let keywords = ["func", "init", "deinit", "subscript"].map(Array.init)

  private static func beginsFunction(_ text: [Character], _ index: Int) -> Bool {
    let before = index > 0 ? text[index - 1] : "\n"
    guard !isWord(before), before != ".", before != "`" else { return false }
    return keywords.contains { keyword in
      let end = index + keyword.count
      return text[index...].starts(with: keyword) && (end >= text.count || !isWord(text[end]))
    }
  }

  /// The place of the closing brace of the function that begins at `start`; nil without a body.
  ///
  /// A requirement of a protocol has none: another declaration or the end of the protocol comes
  /// before any brace opens.
  private static func body(_ text: [Character], from start: Int) -> Int? {
    var depth = 0
    var braces = 0
    var index = start
    while index < text.count {
      switch text[index] {
      case "(", "[": depth += 1
      case ")", "]": depth -= 1
      case "{" where depth == 0 || braces > 0: braces += 1
      case "}" where depth == 0 && braces == 0: return nil
      case "}" where braces > 0:
        braces -= 1
        if braces == 0 { return index }
      case "\n" where depth == 0 && braces == 0:
        if nextLineDeclares(text, index + 1) { return nil }
      default: break
      }
      index += 1
    }
    return nil
  }

  private static func nextLineDeclares(_ text: [Character], _ start: Int) -> Bool {
    let line = text[start...].drop { $0 == " " }.prefix { $0 != "\n" }
    let word = String(line.prefix { isWord($0) })
    return ["func", "init", "var", "static", "mutating", "subscript", "associatedtype", "public"]
      .contains(word)
  }

  private static func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_"
  }
}
