/// Makes foreign text safe to print.
///
/// File names, messages and values that others wrote may hold bytes that steer a terminal
/// (ECMA-48 control functions) or turn the direction of writing. They are shown as escapes.
public enum Printable {
  /// One line: every control character is escaped, line ends included.
  public static func line(_ text: String) -> String {
    escape(text, keepingLines: false)
  }

  /// Several lines: line ends and tabs stay, every other control character is escaped.
  public static func lines(_ text: String) -> String {
    escape(text, keepingLines: true)
  }

  private static func escape(_ text: String, keepingLines: Bool) -> String {
    guard text.unicodeScalars.contains(where: steers) else { return text }
    var safe = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n" where keepingLines, "\t" where keepingLines: safe.unicodeScalars.append(scalar)
      case "\n": safe += "\\n"
      case "\r": safe += "\\r"
      case "\t": safe += "\\t"
      case _ where steers(scalar): safe += "\\u{\(String(scalar.value, radix: 16))}"
      default: safe.unicodeScalars.append(scalar)
      }
    }
    return safe
  }

  /// Controls (C0, DEL, C1), the marks that reorder text (Unicode TR 36, section 2), and what no XML
  /// may hold (XML 1.0, 2.2).
  private static func steers(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x61C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069,
      0xFFFE...0xFFFF:
      true
    default: false
    }
  }
}
