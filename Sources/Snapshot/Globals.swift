internal import FoundationEssentials

/// Roles and tablespaces as `pg_dumpall --globals-only` wrote them.
public struct Globals: Sendable, Equatable {
  private let text: String

  /// Takes the text of a snapshot's globals.
  public init(_ bytes: [UInt8]) { text = String(decoding: bytes, as: UTF8.self) }

  /// The statements as SQL, without the roles' password verifiers and without `psql`'s own lines.
  ///
  /// `pg_dumpall` writes `ALTER ROLE name WITH ... PASSWORD 'verifier' [VALID UNTIL ...];` on one
  /// line; a verifier holds no quote.
  public var withoutPasswords: String {
    lines.map(Self.withoutPassword).joined(separator: "\n")
  }

  /// All lines, passwords too, without `psql`'s own.
  public var script: String { lines.joined(separator: "\n") }

  /// The statements, one a line, without comments.
  public var statements: [String] {
    lines.filter { !$0.isEmpty && !$0.hasPrefix("--") }
  }

  /// The names of the tablespaces, quoted where SQL needs it.
  ///
  /// `pg_dumpall` writes `CREATE TABLESPACE name OWNER role LOCATION 'path';` on one line.
  public var tablespaces: [String] {
    statements.compactMap { line in
      let start = "CREATE TABLESPACE "
      guard line.hasPrefix(start), let end = line.firstRange(of: " OWNER ") else { return nil }
      return String(line[line.index(line.startIndex, offsetBy: start.count)..<end.lowerBound])
    }
  }

  private var lines: [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.hasPrefix("\\restrict ") && !$0.hasPrefix("\\unrestrict ") }.map(String.init)
  }

  private static func withoutPassword(_ line: String) -> String {
    guard let head = ["ALTER ROLE ", "CREATE ROLE "].first(where: line.hasPrefix),
      let start = line[endOfName(in: line, head.count)...].firstRange(of: " PASSWORD '"),
      let end = line[start.upperBound...].firstIndex(of: "'")
    else { return line }
    return String(line[..<start.lowerBound] + line[line.index(after: end)...])
  }

  /// Where the role's name ends, in which a password may seem to stand too.
  private static func endOfName(in line: String, _ head: Int) -> String.Index {
    let scalars = line.unicodeScalars
    let start = scalars.index(scalars.startIndex, offsetBy: head)
    guard scalars[start...].first == "\"" else { return start }
    var isInside = false
    for place in scalars[start...].indices {
      if scalars[place] == "\"" { isInside.toggle() } else if !isInside { return place }
    }
    return scalars.endIndex
  }
}
