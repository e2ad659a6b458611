/// Names and values as SQL text.
///
/// Values travel as parameters wherever the server takes parameters; these are for the places where
/// it does not: DDL, `SET`, `COPY` and `COMMENT`.
public enum SQL {
  /// A name, always in double quotes (manual, 4.1.1 "Identifiers and Key Words").
  public static func identifier(_ name: String) -> String {
    "\"\(name.replacing("\"", with: "\"\""))\""
  }

  /// A name in a schema, both quoted.
  public static func identifier(_ schema: String, _ name: String) -> String {
    "\(identifier(schema)).\(identifier(name))"
  }

  /// A string constant that reads the same whatever `standard_conforming_strings` says.
  ///
  /// A backslash makes it an escape string constant (manual, 4.1.2.2).
  public static func literal(_ text: String) -> String {
    let quoted = text.replacing("'", with: "''")
    guard quoted.contains("\\") else { return "'\(quoted)'" }
    return "E'\(quoted.replacing("\\", with: "\\\\"))'"
  }
}
