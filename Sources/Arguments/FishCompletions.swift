/// Renders a completion script for fish.
enum FishCompletions {
  static func render(_ info: CommandInfo) -> String {
    var lines = [
      "# Completions of \(info.name) for fish. Load them with: \(info.name) completions fish | source",
      path(of: info),
      "complete -c \(info.name) -f",
    ]
    for command in info.visibleTree {
      let condition = "-n '__\(info.name)_is \"\(command.call)\"'"
      for inner in command.visibleSubcommands {
        lines.append(
          "complete -c \(info.name) \(condition) -a \(inner.name) -d '\(quoted(inner.summary))'"
        )
      }
      for argument in command.positionals {
        lines.append(positional(argument, "complete -c \(info.name) \(condition)"))
      }
      for option in command.options {
        lines.append(self.option(option, "complete -c \(info.name) \(condition)"))
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

  private static func positional(_ argument: ArgumentInfo, _ start: String) -> String {
    if !argument.choices.isEmpty {
      return "\(start) -a '\(argument.choices.joined(separator: " "))'"
    }
    return argument.completion == .none ? "" : "\(start) -F"
  }

  private static func option(_ option: ArgumentInfo, _ start: String) -> String {
    var line = "\(start) -l \(option.name.dropFirst(2))"
    if let short = option.shortName { line += " -s \(short.dropFirst())" }
    if option.kind == .option {
      line += option.completion == .none ? " -x" : " -r -F"
      if !option.choices.isEmpty { line += " -a '\(option.choices.joined(separator: " "))'" }
    }
    return line + " -d '\(quoted(option.help))'"
  }

  private static func quoted(_ text: String) -> String {
    text.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
  }
}
