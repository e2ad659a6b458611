/// A command: its name, what it says about itself, and the values that its arguments fill.
///
/// A command is an ordinary value. A test makes one, sets its properties and runs it; the parser
/// does the same from words. How a command runs is for whoever owns the commands to say.
public protocol Command: ArgumentGroup {
  /// The word that calls it.
  static var name: String { get }
  /// One sentence for lists of commands.
  static var summary: String { get }
  /// Paragraphs that explain it, separated by empty lines.
  static var discussion: String { get }
  /// Command lines worth copying.
  static var examples: [Example] { get }
  /// Whether lists leave it out.
  static var isHidden: Bool { get }
}

extension Command {
  /// Nothing beyond the summary, unless the command says more.
  public static var discussion: String { "" }
  /// None, unless the command gives some.
  public static var examples: [Example] { [] }
  /// Listed, unless the command hides.
  public static var isHidden: Bool { false }
}

/// A command line worth copying, and what it does.
public struct Example: Sendable, Equatable {
  /// The whole line, beginning with the program's name.
  public var line: String
  /// What the line does, in a sentence.
  public var purpose: String

  /// Makes an example.
  public init(_ line: String, _ purpose: String) {
    self.line = line
    self.purpose = purpose
  }
}
