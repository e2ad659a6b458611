/// The shells that completion scripts exist for.
public enum Shell: String, CaseIterable, ArgumentValue {
  /// GNU Bash.
  case bash
  /// The Z shell.
  case zsh
  /// The friendly interactive shell.
  case fish

  /// The words of a call that asks the program itself for words; the line as it is typed follows.
  ///
  /// The program must have such a command if an argument completes with `.words`. It prints a word on
  /// each line, behind a tab what there is to say of it, and nothing at all when anything fails.
  static let question = "tool complete --"

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
  /// Everything that has a page of its own in the manual: the program, its groups, its commands.
  public var visiblePages: [CommandInfo] { visibleTree }

  /// This description and all visible ones below, groups before their commands.
  var visibleTree: [CommandInfo] {
    isHidden ? [] : [self] + subcommands.flatMap(\.visibleTree)
  }

  /// The visible commands right below.
  var visibleSubcommands: [CommandInfo] { subcommands.filter { !$0.isHidden } }
}
