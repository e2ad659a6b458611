/// Renders a completion script for fish.
enum FishCompletions {
  static func render(_ info: CommandInfo) -> String {
    var lines = [
      "# Completions of \(info.name) for fish. Load them with: \(info.name) completions fish | source",
      path(of: info),
      asking(info),
      "complete -c \(info.name) -f",
    ]
    for command in info.visibleTree {
      let condition = "-n '__\(info.name)_is \"\(command.call)\"'"
      for inner in command.visibleSubcommands {
        lines.append(
          "complete -c \(info.name) \(condition) -a \(inner.name) -d '\(quoted(inner.summary))'"
        )
      }
      let start = "complete -c \(info.name) \(condition)"
      for argument in command.positionals { lines.append(positional(argument, start)) }
      // The program knows by itself which of several places is meant.
      if command.positionals.contains(where: { $0.completion.isAsked }) {
        lines.append("\(start) -k -a '(__\(info.name)_words)'")
      }
      for option in command.options {
        lines.append(self.option(option, start, info.name))
      }
    }
    return lines.filter { !$0.isEmpty }.joined(separator: "\n") + "\n"
  }

  /// A function that says whether the words typed so far name a command.
  private static func path(of info: CommandInfo) -> String {
    let calls = info.visibleTree.map { "'\($0.call)'" }.joined(separator: " ")
    return """
      function __\(info.name)_is
        set -l found '\(info.name)'
        for word in (commandline -opc)[2..]
          if contains -- "$found $word" \(calls)
            set found "$found $word"
          end
        end
        test "$found" = "$argv[1]"
      end
      """
  }

  /// A function that asks the program for words.
  private static func asking(_ info: CommandInfo) -> String {
    """
    function __\(info.name)_words
      set -l line (commandline -opc)
      set -l last (commandline -ct)
      command $line[1] \(Shell.question) $line[2..] "$last" 2>/dev/null </dev/null
    end
    """
  }

  private static func positional(_ argument: ArgumentInfo, _ start: String) -> String {
    if !argument.offered.isEmpty {
      return "\(start) -a '\(argument.offered.joined(separator: " "))'"
    }
    switch argument.completion {
    case .none, .words: return ""
    case .file, .directory: return "\(start) -F"
    }
  }

  private static func option(
    _ option: ArgumentInfo,
    _ start: String,
    _ program: String
  ) -> String {
    var line = "\(start) -l \(option.name.dropFirst(2))"
    if let short = option.shortName { line += " -s \(short.dropFirst())" }
    if option.kind == .option {
      switch option.completion {
      case .none: line += " -x"
      case .file, .directory: line += " -r -F"
      case .words: line += " -x -k -a '(__\(program)_words)'"
      }
      if !option.offered.isEmpty { line += " -a '\(option.offered.joined(separator: " "))'" }
    }
    return line + " -d '\(quoted(option.help))'"
  }

  private static func quoted(_ text: String) -> String {
    text.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
  }
}
