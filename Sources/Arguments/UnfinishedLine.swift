/// A command line while it is typed: as much of it as can be understood.
///
/// Nothing is refused here. Completions ask what the last word may become, and what the words before
/// it say about that: which command, which options, which places are taken.
public struct UnfinishedLine: Sendable, Equatable {
  /// The command or group that the words name.
  public private(set) var command: CommandInfo
  /// What was given to each option, by its long name.
  public private(set) var values: [String: [String]] = [:]
  /// The words that are found by their place.
  public private(set) var places: [String] = []
  /// The argument whose value the last word begins; nil where a command or an option begins.
  public private(set) var wanted: ArgumentInfo?
  /// What is typed of that value.
  public private(set) var beginning = ""

  private var pending: ArgumentInfo?
  private var takesOptions = true

  /// Reads the words after the program's own name; the last one is being typed, and may be empty.
  public init(_ words: [String], of root: CommandInfo) {
    command = root
    for word in words.dropLast() { take(word) }
    finish(words.last ?? "")
  }

  private mutating func take(_ word: String) {
    if let option = pending {
      values[option.name, default: []].append(word)
      pending = nil
    } else if takesOptions, word == "--" {
      takesOptions = false
    } else if takesOptions, word.hasPrefix("-"), word != "-" {
      takeOption(word)
    } else if let inner = command.subcommands.first(where: { $0.name == word }) {
      command = inner
    } else {
      places.append(word)
    }
  }

  private mutating func takeOption(_ word: String) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let option = option(named: parts[0]), option.kind == .option else { return }
    if parts.count > 1 {
      values[option.name, default: []].append(String(parts[1]))
    } else {
      pending = option
    }
  }

  private mutating func finish(_ word: String) {
    beginning = word
    if let pending {
      wanted = pending
      return
    }
    if takesOptions, word.hasPrefix("-") {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count > 1, let option = option(named: parts[0]) else { return }
      wanted = option
      beginning = String(parts[1])
      return
    }
    let positionals = command.positionals
    if places.count < positionals.count {
      wanted = positionals[places.count]
    } else if let last = positionals.last, last.isRepeated {
      wanted = last
    }
  }

  private func option(named name: Substring) -> ArgumentInfo? {
    command.options.first { $0.name == name || $0.shortName.map { $0 == name } ?? false }
  }
}
