/// The shells that completion scripts exist for.
public enum Shell: String, CaseIterable, ArgumentValue {
  /// GNU Bash.
  case bash
  /// The Z shell.
  case zsh
  /// The friendly interactive shell.
  case fish

  /// A script that completes the program's command lines in this shell.
  public func completions(for info: CommandInfo) -> String {
    switch self {
    case .bash: BashCompletions.render(info)
    case .zsh: ZshCompletions.render(info)
    case .fish: FishCompletions.render(info)
    }
  }
}

extension CommandInfo {
  /// This description and all visible ones below, groups before their commands.
  var visibleTree: [CommandInfo] {
    isHidden ? [] : [self] + subcommands.flatMap(\.visibleTree)
  }

  /// The visible commands right below.
  var visibleSubcommands: [CommandInfo] { subcommands.filter { !$0.isHidden } }
}
