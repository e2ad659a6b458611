/// A command of psql that a patch may hold.
///
/// psql runs programs, writes files and changes connections; only what a patch needs is read here,
/// so that a dump made by pg_dump can be a patch. Everything else is refused by its name.
enum MetaCommand: Equatable {
  /// `\restrict` and `\unrestrict`: pg_dump guards its dumps with them; no psql runs here.
  case ignored
  /// `\i file`, relative to the patch directory.
  case include(String)
  /// `\ir file`, relative to the file that names it.
  case includeRelative(String)
  /// `\set name value`.
  case set(name: String, value: String)
  /// Anything else, with why it cannot be run.
  case refused(name: String, reason: String)

  /// Reads a command's line, from the backslash to the end of the line.
  init(line: String, variables: [String: String]) {
    let name = String(line.dropFirst().prefix { !$0.isWhitespace && $0 != "\\" })
    let rest = String(line.dropFirst(1 + name.count))
    guard let arguments = Self.arguments(of: rest, variables: variables) else {
      self = .refused(
        name: name,
        reason: "backquotes, further commands and open quotes cannot be read"
      )
      return
    }
    switch (name, arguments.count) {
    case ("restrict", _), ("unrestrict", _): self = .ignored
    case ("i", 1), ("include", 1): self = .include(arguments[0])
    case ("ir", 1), ("include_relative", 1): self = .includeRelative(arguments[0])
    case ("set", 1...):
      self = .set(name: arguments[0], value: arguments.dropFirst().joined())
    case ("i", _), ("include", _), ("ir", _), ("include_relative", _), ("set", _):
      self = .refused(name: name, reason: "it has the wrong number of arguments")
    default:
      self = .refused(name: name, reason: "it has no meaning outside psql")
    }
  }

  /// Splits arguments as psql does; `nil` for what only psql could run.
  private static func arguments(of text: String, variables: [String: String]) -> [String]? {
    var arguments: [String] = []
    var current: String?
    var rest = text[...]
    while let letter = rest.first {
      switch letter {
      case "\\", "`": return nil
      case "'":
        guard let quoted = takeQuoted(&rest) else { return nil }
        current = (current ?? "") + quoted
      case ":":
        current = (current ?? "") + takeVariable(&rest, variables)
      case _ where letter.isWhitespace:
        if let argument = current { arguments.append(argument) }
        current = nil
        rest.removeFirst()
      default:
        current = (current ?? "") + String(rest.removeFirst())
      }
    }
    if let argument = current { arguments.append(argument) }
    return arguments
  }

  /// Takes `'text'`: two quotes stand for one, `\n` and `\t` for their characters.
  private static func takeQuoted(_ rest: inout Substring) -> String? {
    rest.removeFirst()
    var text = ""
    while let letter = rest.popFirst() {
      if letter == "\\" {
        guard let escaped = rest.popFirst() else { return nil }
        text.append(["n": "\n", "t": "\t"][escaped] ?? escaped)
      } else if letter == "'" {
        guard rest.first == "'" else { return text }
        text.append(rest.removeFirst())
      } else {
        text.append(letter)
      }
    }
    return nil
  }

  private static func takeVariable(_ rest: inout Substring, _ variables: [String: String]) -> String
  {
    let name = rest.dropFirst().prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    guard let value = variables[String(name)] else { return String(rest.removeFirst()) }
    rest = rest.dropFirst(1 + name.count)
    return value
  }
}
