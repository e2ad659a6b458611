/// What is known about one argument without running anything.
///
/// Help texts, the manual, completions and the parser all read this one value, so that they
/// cannot disagree.
public struct ArgumentInfo: Sendable, Equatable {
  /// How the argument appears on a command line.
  public enum Kind: String, Sendable {
    /// Found by its place.
    case positional
    /// A name followed by a value.
    case option
    /// A name alone, or with a value behind `=` where one is named.
    case flag
  }

  /// What a shell offers while the value is typed.
  public enum Completion: Sendable, Equatable {
    /// Nothing.
    case none
    /// Names of files.
    case file
    /// Names of directories.
    case directory
    /// Words that only the program knows, and says when it is asked (``UnfinishedLine``); the name
    /// tells it which.
    case words(of: String)

    /// Whether the program has to be asked.
    var isAsked: Bool {
      if case .words = self { true } else { false }
    }
  }

  /// How the argument appears on a command line.
  public var kind: Kind
  /// `--jobs` for options and flags, `file` for positional arguments.
  public var name: String
  /// A one-letter form such as `-v`, if there is one.
  public var shortName: String?
  /// What stands for the value in help: `N`, `URL`, `FILE`.
  public var valueName: String
  /// One or two sentences.
  public var help: String
  /// Whether the command refuses to run without it.
  public var isRequired = false
  /// Whether it may be given more than once.
  public var isRepeated = false
  /// The only values that are accepted; empty means any.
  public var choices: [String] = []
  /// The value that is used when the option is left out.
  public var defaultText: String?
  /// What a shell offers while the value is typed.
  public var completion = Completion.none
  /// The heading in help under which it is listed; nil is the command's own list.
  public var heading: String?

  init(
    _ kind: Kind,
    _ name: String,
    _ help: String,
    shortName: String? = nil,
    valueName: String = ""
  ) {
    self.kind = kind
    self.name = name
    self.help = help
    self.shortName = shortName
    self.valueName = valueName
  }

  /// Takes over what the type of the value knows.
  mutating func describe<Value: ArgumentValue>(_ type: Value.Type, _ completion: Completion) {
    choices = Value.choices
    self.completion = completion
  }

  /// The words that a shell offers: all choices, or those that the value's name spells out, as
  /// `auto` in `auto|LEVEL`.
  var offered: [String] {
    guard choices.isEmpty else { return choices }
    let words = valueName.split(separator: "|").map(String.init)
    return words.count < 2 ? [] : words.filter { word in !word.contains(where: \.isUppercase) }
  }

  /// The argument as a usage line writes it: `FILE`, `[--jobs N]`, `--table NAME...`.
  public var usage: String {
    var text =
      switch kind {
      case .positional: valueName
      case .flag: name + attachedText
      case .option: "\(name) \(valueText)"
      }
    if !isRequired { text = "[\(text)]" }
    return isRepeated ? text + "..." : text
  }

  /// The left column of a help text: `-v, --verbose`, `--jobs N`.
  public var term: String {
    if kind == .positional { return valueName }
    let names = [shortName, name].compactMap { $0 }.joined(separator: ", ")
    return kind == .flag ? names + attachedText : "\(names) \(valueText)"
  }

  /// The value that a flag may carry.
  private var attachedText: String { valueName.isEmpty ? "" : "[=\(valueName)]" }

  /// The help sentence, completed with choices, repetition, and the default where it does not name it.
  public var fullHelp: String {
    var text = help
    if kind == .positional && !choices.isEmpty {
      text += " One of: \(choices.joined(separator: ", "))."
    }
    if let defaultText, !help.contains("(default \(defaultText))") {
      text += " Default: \(defaultText)."
    }
    if isRepeated && kind == .option { text += " May be repeated." }
    return text
  }

  private var valueText: String {
    choices.isEmpty ? valueName : choices.joined(separator: "|")
  }
}
