/// Separates code from comments and quoted texts.
enum CodeText {
  /// The text with comments and the inside of quotes replaced by spaces; line ends stay.
  ///
  /// Interpolated code inside quotes is kept, because it is code.
  static func blanked(_ text: String) -> String {
    var scanner = Scanner(Array(text))
    scanner.run()
    return String(scanner.output)
  }

  private struct Scanner {
    /// What surrounds the current character.
    enum Place {
      case code(parentheses: Int)
      case quote(hashes: Int, isLong: Bool)
    }

    let input: [Character]
    var output: [Character] = []
    var position = 0
    var places: [Place] = [.code(parentheses: 0)]

    init(_ input: [Character]) { self.input = input }

    mutating func run() {
      while position < input.count {
        switch places.last {
        case .quote(let hashes, let isLong): insideQuote(hashes, isLong)
        case .code(let depth): insideCode(depth)
        case nil: return
        }
      }
    }

    /// What begins a comment or a quote, or counts parentheses; all else is kept as it is.
    static let signs: Set<Character> = ["/", "#", "\"", "(", ")"]

    mutating func insideCode(_ depth: Int) {
      // Comparing texts at every character of the tree takes minutes.
      guard Self.signs.contains(input[position]) else { return keep(1) }
      if starts("//") { return blank(until: { $0.input[$0.position] == "\n" }) }
      if starts("/*") { return blankBlock() }
      let hashes = input[position...].prefix { $0 == "#" }.count
      if starts("\"", at: hashes) {
        let isLong = starts("\"\"\"", at: hashes)
        keep(hashes + (isLong ? 3 : 1))
        return places.append(.quote(hashes: hashes, isLong: isLong))
      }
      if input[position] == "(" { places[places.count - 1] = .code(parentheses: depth + 1) }
      if input[position] == ")" {
        if depth == 1 && places.count > 1 {
          places.removeLast()
        } else {
          places[places.count - 1] = .code(parentheses: depth - 1)
        }
      }
      keep(max(1, hashes))
    }

    mutating func insideQuote(_ hashes: Int, _ isLong: Bool) {
      guard input[position] == "\"" || input[position] == "\\" else { return blank(1) }
      let mark = String(repeating: "#", count: hashes)
      let end = (isLong ? "\"\"\"" : "\"") + mark
      if starts(end) {
        keep(end.count)
        places.removeLast()
      } else if starts("\\\(mark)(") {
        keep(hashes + 2)
        places.append(.code(parentheses: 1))
      } else if starts("\\\(mark)") {
        blank(hashes + 2)
      } else {
        blank(1)
      }
    }

    mutating func blankBlock() {
      var depth = 0
      repeat {
        if starts("/*") {
          depth += 1
          blank(2)
        } else if starts("*/") {
          depth -= 1
          blank(2)
        } else {
          blank(1)
        }
      } while depth > 0 && position < input.count
    }

    mutating func blank(until end: (Self) -> Bool) {
      while position < input.count, !end(self) { blank(1) }
    }

    mutating func blank(_ count: Int) {
      for _ in 0..<count where position < input.count {
        output.append(input[position] == "\n" ? "\n" : " ")
        position += 1
      }
    }

    mutating func keep(_ count: Int) {
      output += input[position..<min(position + count, input.count)]
      position = min(position + count, input.count)
    }

    func starts(_ text: String, at offset: Int = 0) -> Bool {
      input[min(position + offset, input.count)...].starts(with: text)
    }
  }
}
