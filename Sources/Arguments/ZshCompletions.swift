/// Renders a completion script for the Z shell, after zshcompsys(1).
enum ZshCompletions {
  static func render(_ info: CommandInfo) -> String {
    let functions = info.visibleTree.map(function).joined(separator: "\n")
    return """
      #compdef \(info.name)
      # Completions of \(info.name) for the Z shell. Put this file as _\(info.name) into a directory of $fpath.
      \(asking(info))
      \(functions)
      if [ "$funcstack[1]" = "\(name(of: info))" ]; then
        \(name(of: info)) "$@"
      else
        compdef \(name(of: info)) \(info.name)
      fi

      """
  }

  /// A function that asks the program, with the line that the outermost function has kept.
  private static func asking(_ info: CommandInfo) -> String {
    """
    \(name(of: info))_words() {
      local -a found=("${(@f)$($line_typed[1] \(Shell.question) "${(@)line_typed[2,-1]}" 2>/dev/null </dev/null)}")
      found=("${(@)found:#}")
      (( $#found )) || return 1
      local -a names=("${(@)found%%$'\\t'*}") shown=("${(@)found/$'\\t'/  }")
      local -a open=("${(@M)names:#*=}")
      if (( $#names == 1 && $#open == 1 )); then
        compadd -V words -S '' -a names
      else
        compadd -V words -l -d shown -a names
      fi
    }
    """
  }

  private static func function(_ info: CommandInfo) -> String {
    info.sections.isEmpty ? leaf(info) : group(info)
  }

  private static func leaf(_ info: CommandInfo) -> String {
    let program = info.path[0]
    var specifications = info.options.flatMap { Self.specifications($0, program) }
    specifications += info.positionals.map { argument in
      let place = argument.isRepeated ? "*:" : argument.isRequired ? ":" : "::"
      return "'\(place)\(quoted(argument.valueName)):\(action(argument, program))'"
    }
    specifications.append("'--help[explain the command]'")
    let lines = specifications.map { "    \($0)" }.joined(separator: " \\\n")
    return "\(name(of: info))() {\n  _arguments \\\n\(lines)\n}"
  }

  private static func group(_ info: CommandInfo) -> String {
    let entries = info.visibleSubcommands.map {
      "    '\(quoted($0.name)):\(quoted($0.summary))'"
    }
    let cases = info.visibleSubcommands.map { "    \($0.name)) \(name(of: $0)) ;;" }
    // Only the outermost function sees the whole line; the inner ones shift it.
    let keeping =
      info.path.count > 1
      ? "" : "\n  local -a line_typed=(\"${(@Q)words[1,CURRENT-1]}\" \"${(Q)PREFIX}\")"
    return """
      \(name(of: info))() {\(keeping)
        local -a commands=(
      \(entries.joined(separator: "\n"))
        )
        if (( CURRENT == 2 )); then
          _describe 'command' commands
          return
        fi
        shift words
        (( CURRENT-- ))
        case $words[1] in
      \(cases.joined(separator: "\n"))
        esac
      }
      """
  }

  private static func specifications(_ option: ArgumentInfo, _ program: String) -> [String] {
    [option.name, option.shortName].compactMap { $0 }.map { name in
      let star = option.isRepeated ? "*" : ""
      let value =
        option.kind == .option ? ":\(quoted(option.valueName)):\(action(option, program))" : ""
      return "'\(star)\(name)[\(quoted(option.help))]\(value)'"
    }
  }

  private static func action(_ argument: ArgumentInfo, _ program: String) -> String {
    if !argument.offered.isEmpty { return "(\(argument.offered.joined(separator: " ")))" }
    switch argument.completion {
    case .none: return " "
    case .file: return "_files"
    case .directory: return "_files -/"
    case .words: return "_\(program)_words"
    }
  }

  private static func name(of info: CommandInfo) -> String {
    "_" + info.path.joined(separator: "_").map { $0 == "-" ? "_" : String($0) }.joined()
  }

  /// Protects a text inside single quotes and inside the brackets of a specification.
  private static func quoted(_ text: String) -> String {
    text.map { character in
      switch character {
      case "'": "'\\''"
      case "[", "]", ":", "\\": "\\\(character)"
      default: String(character)
      }
    }
    .joined()
  }
}
