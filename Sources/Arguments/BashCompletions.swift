/// Renders a completion script for GNU Bash.
///
/// The script walks over the words that are typed to learn which command is meant, then offers
/// that command's own words. It needs nothing but Bash itself, and the program where only the program
/// knows the words.
enum BashCompletions {
  static func render(_ info: CommandInfo) -> String {
    let function = "_\(info.name)"
    return """
      # Completions of \(info.name) for Bash. Load them with: source <(\(info.name) completions bash)
      \(asking(function))\(function)() {
        local rest=${COMP_LINE:0:COMP_POINT} trimmed word at line=()
        # Bash cuts words at = and : as well; what stood together is one word again.
        for ((at = 0; at <= COMP_CWORD; at++)); do
          trimmed=${rest#"${rest%%[![:space:]]*}"}
          word=${COMP_WORDS[at]}
          if ((at == COMP_CWORD)); then word=$trimmed; fi
          if ((at > 0)) && [ "$trimmed" = "$rest" ]; then
            line[${#line[@]}-1]+=$word
          else
            line+=("$word")
          fi
          rest=${trimmed#"$word"}
        done
        local last=$((${#line[@]} - 1)) command='\(info.name)'
        local current=${line[last]} previous=${line[last-1]}
        case "$current" in
          --*=*) previous=${current%%=*} current=${current#*=} ;;
        esac
        COMPREPLY=()
        for word in "${line[@]:1:last-1}"; do
          case "$command $word" in
            \(groupPatterns(info))) command="$command $word" ;;
          esac
        done
        case "$command $previous" in
      \(values(info, function))
        esac
        case "$command" in
      \(words(info, function))
        esac
      }
      complete -o bashdefault -F \(function) \(info.name)

      """
  }

  /// A function that asks the program; it sees what its caller has in `line` and `current`.
  private static func asking(_ function: String) -> String {
    """
    \(function)_words() {
      local found word cut=${current%"${current##*[=:@]}"}
      # Bash replaces what follows the last sign at which it cuts.
      [[ -z $cut || $COMP_WORDBREAKS == *"${cut: -1}"* ]] || cut=
      while IFS= read -r found; do
        found=${found%%$'\\t'*}
        printf -v word %q "${found#"$cut"}"
        COMPREPLY+=("$word")
      done < <("${line[0]}" \(Shell.question) "${line[@]:1}" 2>/dev/null </dev/null)
      if [[ ${#COMPREPLY[@]} = 1 && ${COMPREPLY[0]} = *= ]]; then compopt -o nospace 2>/dev/null; fi
    }

    """
  }

  private static func groupPatterns(_ info: CommandInfo) -> String {
    info.visibleTree.dropFirst().map { "'\($0.call)'" }.joined(separator: "|")
  }

  /// What follows an option that takes a value.
  private static func values(_ info: CommandInfo, _ function: String) -> String {
    var lines: [String] = []
    for command in info.visibleTree {
      for option in command.options where option.kind == .option {
        let names = [option.name, option.shortName].compactMap { $0 }
        let pattern = names.map { "'\(command.call) \($0)'" }.joined(separator: "|")
        lines.append("    \(pattern)) \(reply(option, function)); return ;;")
      }
    }
    return lines.joined(separator: "\n")
  }

  /// What a command offers when no option waits for its value.
  private static func words(_ info: CommandInfo, _ function: String) -> String {
    info.visibleTree.map { command in
      let names = command.visibleSubcommands.map(\.name)
      let options = command.options.map(\.name) + ["--help"]
      let choices = command.positionals.flatMap(\.offered)
      let offered = (names + choices + options).joined(separator: " ")
      let asks = command.positionals.contains { $0.completion.isAsked }
      let more = asks ? "; [[ $current = -* ]] || \(function)_words" : ""
      return
        "    '\(command.call)') COMPREPLY=($(compgen -W '\(offered)' -- \"$current\"))\(more) ;;"
    }
    .joined(separator: "\n")
  }

  private static func reply(_ option: ArgumentInfo, _ function: String) -> String {
    if !option.offered.isEmpty {
      let words = option.offered.joined(separator: " ")
      return "COMPREPLY=($(compgen -W '\(words)' -- \"$current\"))"
    }
    switch option.completion {
    case .none: return "COMPREPLY=()"
    case .file: return "COMPREPLY=($(compgen -f -- \"$current\"))"
    case .directory: return "COMPREPLY=($(compgen -d -- \"$current\"))"
    case .words: return "\(function)_words"
    }
  }
}
