/// Renders a completion script for GNU Bash.
///
/// The script walks over the words that are typed to learn which command is meant, then offers
/// that command's own words. It needs nothing but Bash itself.
enum BashCompletions {
  static func render(_ info: CommandInfo) -> String {
    let function = "_\(info.name)"
    return """
      # Completions of \(info.name) for Bash. Load them with: source <(\(info.name) completions bash)
      \(function)() {
        local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
        local command='\(info.name)' word
        COMPREPLY=()
        for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
          case "$command $word" in
            \(groupPatterns(info))) command="$command $word" ;;
          esac
        done
        case "$command $previous" in
      \(values(info))
        esac
        case "$command" in
      \(words(info))
        esac
      }
      complete -o bashdefault -F \(function) \(info.name)

      """
  }

  private static func groupPatterns(_ info: CommandInfo) -> String {
    info.visibleTree.dropFirst().map { "'\($0.call)'" }.joined(separator: "|")
  }

  /// What follows an option that takes a value.
  private static func values(_ info: CommandInfo) -> String {
    var lines: [String] = []
    for command in info.visibleTree {
      for option in command.options where option.kind == .option {
        let names = [option.name, option.shortName].compactMap { $0 }
        let pattern = names.map { "'\(command.call) \($0)'" }.joined(separator: "|")
        lines.append("    \(pattern)) \(reply(option)); return ;;")
      }
    }
    return lines.joined(separator: "\n")
  }

  /// What a command offers when no option waits for its value.
  private static func words(_ info: CommandInfo) -> String {
    info.visibleTree.map { command in
      let names = command.visibleSubcommands.map(\.name)
      let options = command.options.map(\.name) + ["--help"]
      let choices = command.positionals.flatMap(\.choices)
      let offered = (names + choices + options).joined(separator: " ")
      return "    '\(command.call)') COMPREPLY=($(compgen -W '\(offered)' -- \"$current\")) ;;"
    }
    .joined(separator: "\n")
  }

  private static func reply(_ option: ArgumentInfo) -> String {
    if !option.choices.isEmpty {
      let words = option.choices.joined(separator: " ")
      return "COMPREPLY=($(compgen -W '\(words)' -- \"$current\"))"
    }
    switch option.completion {
    case .none: return "COMPREPLY=()"
    case .file: return "COMPREPLY=($(compgen -f -- \"$current\"))"
    case .directory: return "COMPREPLY=($(compgen -d -- \"$current\"))"
    }
  }
}
