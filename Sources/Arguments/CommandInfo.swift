/// Everything that can be said about a command, as data.
///
/// Help, manual, completions and the JSON description are functions of this one value.
public struct CommandInfo: Sendable, Equatable {
  /// The words that call it, beginning with the program's name.
  public var path: [String]
  /// One sentence.
  public var summary: String
  /// Paragraphs that explain it, separated by empty lines.
  public var discussion: String
  /// Command lines worth copying.
  public var examples: [Example]
  /// Its arguments, in the order of their declaration.
  public var arguments: [ArgumentInfo]
  /// Headings with the commands below this one; empty for a command that runs.
  public var sections: [Section]
  /// What help says at its end.
  public var notes: [CommandGroup.Note]
  /// Whether lists leave it out.
  public var isHidden: Bool

  /// Commands that are listed together.
  public struct Section: Sendable, Equatable {
    /// The heading.
    public var title: String
    /// The commands.
    public var commands: [CommandInfo]
  }

  /// The word that calls it.
  public var name: String { path.last ?? "" }
  /// The whole call: `drydock key add`.
  public var call: String { path.joined(separator: " ") }
  /// The commands right below, hidden ones included.
  public var subcommands: [CommandInfo] { sections.flatMap(\.commands) }
  /// Arguments found by their place.
  public var positionals: [ArgumentInfo] { arguments.filter { $0.kind == .positional } }
  /// Options and flags.
  public var options: [ArgumentInfo] { arguments.filter { $0.kind != .positional } }

  /// Every command that runs, at any depth, without the hidden ones.
  public var visibleLeaves: [CommandInfo] {
    if isHidden { return [] }
    return sections.isEmpty ? [self] : subcommands.flatMap(\.visibleLeaves)
  }

  /// Describes a command that is called by `path`.
  init<C: Command>(_ type: C.Type, below parents: [String]) {
    path = parents + [C.name]
    summary = C.summary
    discussion = C.discussion
    examples = C.examples
    arguments = C.arguments.map(\.info)
    sections = []
    notes = []
    isHidden = C.isHidden
  }

  /// Describes a group and everything below it.
  public init(_ group: CommandGroup, below parents: [String] = []) {
    let path = parents + [group.name]
    self.path = path
    summary = group.summary
    discussion = group.discussion
    examples = []
    arguments = []
    sections = group.sections.map { section in
      Section(
        title: section.title,
        commands: section.entries.map { Self($0, below: path) }
      )
    }
    notes = group.notes
    isHidden = group.isHidden
  }

  init(_ entry: CommandGroup.Entry, below parents: [String]) {
    switch entry {
    case .command(let type): self = Self(type, below: parents)
    case .group(let group): self = Self(group, below: parents)
    }
  }
}
