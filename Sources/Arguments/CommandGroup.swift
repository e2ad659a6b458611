/// Commands that share a first word, or all commands of a program.
public struct CommandGroup: Sendable {
  /// One entry: a command, or a word with commands of its own.
  public enum Entry: Sendable {
    /// A command that runs.
    case command(any Command.Type)
    /// A word that needs another one after it, like `key` in `key add`.
    case group(CommandGroup)
  }

  /// Entries that are listed together.
  public struct Section: Sendable {
    /// The heading in help.
    public var title: String
    /// The entries in the order in which they are listed.
    public var entries: [Entry]

    /// Makes a section.
    public init(_ title: String, _ entries: [Entry]) {
      self.title = title
      self.entries = entries
    }
  }

  /// Terms and explanations at the end of help, such as exit codes.
  public struct Note: Sendable, Equatable {
    /// The heading.
    public var title: String
    /// Term and explanation, in order.
    public var rows: [Row]

    /// Makes a note.
    public init(_ title: String, _ rows: [Row]) {
      self.title = title
      self.rows = rows
    }
  }

  /// A term and what it means.
  public struct Row: Sendable, Equatable {
    /// The term.
    public var term: String
    /// What it means, in a sentence.
    public var text: String

    /// Makes a row.
    public init(_ term: String, _ text: String) {
      self.term = term
      self.text = text
    }
  }

  /// The word that opens the group: the program's name at the root.
  public var name: String
  /// One sentence.
  public var summary: String
  /// Paragraphs that explain it, separated by empty lines.
  public var discussion: String
  /// The entries, in sections.
  public var sections: [Section]
  /// What help says at its end.
  public var notes: [Note]
  /// Whether lists leave it out.
  public var isHidden: Bool

  /// Makes a group.
  public init(
    name: String,
    summary: String,
    discussion: String = "",
    sections: [Section],
    notes: [Note] = [],
    isHidden: Bool = false
  ) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.sections = sections
    self.notes = notes
    self.isHidden = isHidden
  }
}
