/// Renders a completion script for the Z shell, after zshcompsys(1).
enum ZshCompletions {
  static func render(_ info: CommandInfo) -> String {
    let functions = info.visibleTree.map(function).joined(separator: "\n")
    return """
      #compdef \(info.name)
      # Completions of \(info.name) for the Z shell. Put this file as _\(info.name) into a directory of $fpath.
      \(functions)
      if [ "$funcstack[1]" = "\(name(of: info))" ]; then
        \(name(of: info)) "$@"
      else
        compdef \(name(of: info)) \(info.name)
      fi

      """
  }

  private static func function(_ info: CommandInfo) -> String {
    info.sections.isEmpty ? leaf(info) : group(info)
  }

  private static func leaf(_ info: CommandInfo) -> String {
    var specifications = info.options.flatMap(specifications)
    specifications += info.positionals.map { argument in
      let place = argument.isRepeated ? "*:" : argument.isRequired ? ":" : "::"
      return "'\(place)\(quoted(argument.valueName)):\(action(argument))'"
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
    return """
      \(name(of: info))() {
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

  private static func specifications(_ option: ArgumentInfo) -> [String] {
    [option.name, option.shortName].compactMap { $0 }.map { name in
      let star = option.isRepeated ? "*" : ""
      let value =
        option.kind == .option ? ":\(quoted(option.valueName)):\(action(option))" : ""
      return "'\(star)\(name)[\(quoted(option.help))]\(value)'"
    }
  }

  private static func action(_ argument: ArgumentInfo) -> String {
    if !argument.choices.isEmpty { return "(\(argument.choices.joined(separator: " ")))" }
    switch argument.completion {
    case .none: return " "
    case .file: return "_files"
    case .directory: return "_files -/"
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
