internal import Bytes

/// Fills a group of arguments from words.
///
/// Long options only (with the few short forms that are declared), no abbreviations, no repeats
/// unless declared: what a line means must not depend on which options exist next year.
struct ArgumentParser<Root: ArgumentGroup> {
  private let declared = Root.arguments
  private var root = Root()
  private var seen: Set<String> = []
  private var places: [String] = []

  /// Reads all words after the command's name.
  static func parse(_ words: [String]) throws(UsageError.Reason) -> Root {
    var parser = Self()
    try parser.readNames(words[...])
    try parser.storePlaces()
    try parser.checkRequired()
    return parser.root
  }

  private mutating func readNames(_ words: ArraySlice<String>) throws(UsageError.Reason) {
    var rest = words
    while let word = rest.popFirst() {
      if word == "--" {
        places += rest
        return
      }
      guard word.hasPrefix("-"), word != "-" else {
        places.append(word)
        continue
      }
      try readName(word, &rest)
    }
  }

  private mutating func readName(
    _ word: String,
    _ rest: inout ArraySlice<String>
  ) throws(UsageError.Reason) {
    let equals = word.firstIndex(of: "=")
    let name = String(word[..<(equals ?? word.endIndex)])
    let attached = equals.map { String(word[word.index(after: $0)...]) }
    guard let argument = argument(named: name) else {
      throw .unknownOption(name, nearest: Spelling.nearest(to: name, in: allNames))
    }
    let info = argument.info
    guard seen.insert(info.name).inserted || info.isRepeated else { throw .duplicate(info.name) }
    if info.kind == .flag {
      guard attached == nil || !info.valueName.isEmpty else { throw .unexpectedValue(info.name) }
      return try argument.store(&root, attached ?? "")
    }
    if let attached { return try argument.store(&root, attached) }
    guard let next = rest.first, !next.hasPrefix("--") else {
      throw .missingValue(info.name, valueName: info.valueName)
    }
    rest.removeFirst()
    try argument.store(&root, next)
  }

  private mutating func storePlaces() throws(UsageError.Reason) {
    var rest = places[...]
    for argument in declared where argument.info.kind == .positional {
      repeat {
        guard let word = rest.popFirst() else { break }
        seen.insert(argument.info.name)
        try argument.store(&root, word)
      } while argument.info.isRepeated
    }
    if let extra = rest.first { throw .unexpectedWord(extra) }
  }

  private func checkRequired() throws(UsageError.Reason) {
    for argument in declared where argument.info.isRequired {
      let info = argument.info
      guard seen.contains(info.name) else {
        throw .missingArgument(info.kind == .positional ? info.valueName : info.usage)
      }
    }
  }

  private func argument(named name: String) -> Argument<Root>? {
    declared.first {
      $0.info.kind != .positional && (name == $0.info.name || name == $0.info.shortName)
    }
  }

  private var allNames: [String] {
    declared.map(\.info).filter { $0.kind != .positional }.map(\.name) + ["--help"]
  }
}

extension ArgumentGroup {
  /// Reads the words that follow the command's name; the error carries no path yet.
  public static func parse(_ words: [String]) throws(UsageError.Reason) -> Self {
    try ArgumentParser<Self>.parse(words)
  }
}
