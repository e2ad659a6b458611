/// What is wrong with a command line, as facts; `text` makes a sentence of them.
public struct UsageError: Error, Sendable, Equatable {
  /// What is wrong.
  public enum Reason: Error, Sendable, Equatable {
    /// An option that the command does not have, and the nearest that it has.
    case unknownOption(String, nearest: String?)
    /// A command that does not exist, and the nearest that does.
    case unknownCommand(String, nearest: String?)
    /// A group of commands was named without one of its commands.
    case missingCommand
    /// An option stands where a command must stand.
    case optionBeforeCommand(String)
    /// An option came without its value.
    case missingValue(String, valueName: String)
    /// A flag came with a value.
    case unexpectedValue(String)
    /// A word that spells no value of the right type.
    case badValue(name: String, value: String, expectation: String)
    /// An option that may be given once was given twice.
    case duplicate(String)
    /// A word too many.
    case unexpectedWord(String)
    /// A required argument was left out.
    case missingArgument(String)
  }

  /// What is wrong.
  public var reason: Reason
  /// The words of the command that was meant, beginning with the program's name.
  public var path: [String]

  /// Makes an error.
  public init(_ reason: Reason, path: [String]) {
    self.reason = reason
    self.path = path
  }

  /// What is wrong, as a sentence without a full stop.
  public var text: String {
    switch reason {
    case .unknownOption(let name, _): "There is no option \(name)"
    case .unknownCommand(let name, _): "There is no command \(name)"
    case .missingCommand: "\(path.joined(separator: " ")) needs a command"
    case .optionBeforeCommand(let name): "The option \(name) stands before the command"
    case .missingValue(let name, let value): "The option \(name) needs a value: \(name) \(value)"
    case .unexpectedValue(let name): "The option \(name) takes no value"
    case .badValue(let name, let value, let expectation):
      "The value '\(value)' of \(name) is not \(expectation)"
    case .duplicate(let name): "The option \(name) is given twice"
    case .unexpectedWord(let word): "The word '\(word)' is one too many"
    case .missingArgument(let name): "\(name) is missing"
    }
  }

  /// A stable code for scripts, without the area in front.
  public var code: String {
    switch reason {
    case .unknownOption: "unknown-option"
    case .unknownCommand: "unknown-command"
    case .missingCommand: "missing-command"
    case .optionBeforeCommand: "option-before-command"
    case .missingValue: "missing-value"
    case .unexpectedValue: "unexpected-value"
    case .badValue: "bad-value"
    case .duplicate: "duplicate-option"
    case .unexpectedWord: "unexpected-word"
    case .missingArgument: "missing-argument"
    }
  }

  /// What to try instead, as sentences.
  public var hint: String {
    let help = "'\((path + ["--help"]).joined(separator: " "))' shows what there is."
    switch reason {
    case .unknownOption(_, let nearest?), .unknownCommand(_, let nearest?):
      return "Did you mean \(nearest)? \(help)"
    case .optionBeforeCommand(let name):
      return "Write options after the command: \(path.joined(separator: " ")) COMMAND \(name)"
    case .unexpectedWord(let word) where word.hasPrefix("-"):
      return "\(help) A value that begins with a dash is written after '--'."
    case .missingValue(let name, _):
      return "A value that begins with two dashes is written as \(name)=VALUE. \(help)"
    default:
      return help
    }
  }
}
