internal import Bytes

/// Names and values as SQL text.
///
/// Values travel as parameters wherever the server takes parameters; these are for the places where
/// it does not: DDL, `SET`, `COPY` and `COMMENT`.
public enum SQL {
  /// A name, always in double quotes (manual, 4.1.1 "Identifiers and Key Words").
  public static func identifier(_ name: String) -> String {
    "\"\(name.escaping(["\"": "\"\""]))\""
  }

  /// A name in a schema, both quoted.
  public static func identifier(_ schema: String, _ name: String) -> String {
    "\(identifier(schema)).\(identifier(name))"
  }

  /// A name as ASCII, for statements that are sent under another client encoding than UTF-8.
  ///
  /// Characters beyond ASCII are written as `U&"\00E9"` (manual, 4.1.2.3), which needs
  /// `standard_conforming_strings = on`.
  public static func asciiIdentifier(_ name: String) -> String {
    guard !name.utf8.allSatisfy({ $0 < 128 }) else { return identifier(name) }
    let escaped = name.unicodeScalars.map { scalar -> String in
      switch scalar {
      case "\\": "\\\\"
      case "\"": "\"\""
      default: scalar.isASCII ? String(scalar) : "\\+" + hexadecimal(scalar.value, digits: 6)
      }
    }
    return "U&\"\(escaped.joined())\""
  }

  /// A name in a schema as ASCII.
  public static func asciiIdentifier(_ schema: String, _ name: String) -> String {
    "\(asciiIdentifier(schema)).\(asciiIdentifier(name))"
  }

  private static func hexadecimal(_ number: UInt32, digits: Int) -> String {
    let text = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  /// A string constant that reads the same whatever `standard_conforming_strings` says.
  ///
  /// A backslash makes it an escape string constant (manual, 4.1.2.2).
  public static func literal(_ text: String) -> String {
    let quoted = text.escaping(["'": "''"])
    guard quoted.utf8.contains(UInt8(ascii: "\\")) else { return "'\(quoted)'" }
    return "E'\(quoted.escaping(["\\": "\\\\"]))'"
  }
}
