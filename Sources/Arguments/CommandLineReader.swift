internal import Bytes

/// What a command line asks for.
public enum CommandRequest: Sendable {
  /// Run this command; `info` describes it.
  case run(any Command, info: CommandInfo)
  /// Print the help of this command or group.
  case help(CommandInfo)
  /// Print the program's version.
  case version
}

/// Finds the command that a line names and fills it.
public struct CommandLineReader: Sendable {
  /// All commands of the program.
  public let root: CommandGroup

  /// Makes a reader for a program.
  public init(_ root: CommandGroup) { self.root = root }

  /// Reads the words after the program's own name.
  public func read(_ words: [String]) throws(UsageError) -> CommandRequest {
    switch words.first {
    case nil, "--help", "-h": return .help(CommandInfo(root))
    case "--version": return .version
    case "help": return .help(try describe(words.dropFirst()))
    default: return try read(words[...], in: root, below: [])
    }
  }

  private func read(
    _ words: ArraySlice<String>,
    in group: CommandGroup,
    below parents: [String]
  ) throws(UsageError) -> CommandRequest {
    let path = parents + [group.name]
    guard let word = words.first else { throw UsageError(.missingCommand, path: path) }
    if word == "--help" || word == "-h" { return .help(CommandInfo(group, below: parents)) }
    if word.hasPrefix("-") { throw UsageError(.optionBeforeCommand(word), path: path) }
    switch try entry(word, in: group, path: path) {
    case .group(let inner): return try read(words.dropFirst(), in: inner, below: path)
    case .command(let type): return try fill(type, words.dropFirst(), below: path)
    }
  }

  private func fill<C: Command>(
    _ type: C.Type,
    _ words: ArraySlice<String>,
    below parents: [String]
  ) throws(UsageError) -> CommandRequest {
    let info = CommandInfo(type, below: parents)
    if asksForHelp(words) { return .help(info) }
    do throws(UsageError.Reason) {
      return .run(try C.parse(Array(words)), info: info)
    } catch {
      throw UsageError(error, path: info.path)
    }
  }

  private func asksForHelp(_ words: ArraySlice<String>) -> Bool {
    words.prefix { $0 != "--" }.contains { $0 == "--help" || $0 == "-h" }
  }

  /// Follows `help key add` to its description.
  private func describe(_ words: ArraySlice<String>) throws(UsageError) -> CommandInfo {
    var found = CommandGroup.Entry.group(root)
    var path: [String] = []
    for word in words where !word.hasPrefix("-") {
      guard case .group(let group) = found else {
        throw UsageError(.unexpectedWord(word), path: path)
      }
      path.append(group.name)
      found = try entry(word, in: group, path: path)
    }
    return CommandInfo(found, below: path)
  }

  private func entry(
    _ word: String,
    in group: CommandGroup,
    path: [String]
  ) throws(UsageError) -> CommandGroup.Entry {
    let entries = group.sections.flatMap(\.entries)
    if let found = entries.first(where: { $0.name == word }) { return found }
    let visible = entries.filter { !$0.isHidden }.map(\.name) + ["help"]
    throw UsageError(
      .unknownCommand(word, nearest: Spelling.nearest(to: word, in: visible)),
      path: path
    )
  }
}

extension CommandGroup.Entry {
  var name: String {
    switch self {
    case .command(let type): type.name
    case .group(let group): group.name
    }
  }

  var isHidden: Bool {
    switch self {
    case .command(let type): type.isHidden
    case .group(let group): group.isHidden
    }
  }
}
