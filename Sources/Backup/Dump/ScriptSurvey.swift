internal import Bytes

/// What a dump in SQL says of itself, gathered line by line while it streams by.
///
/// `pg_dump` and `pg_dumpall` write each of these statements on a line of its own. A line of rows
/// never begins with a backslash and a letter of a command, since COPY doubles backslashes; it may
/// look like another of these statements, so what is gathered may be more than what is there.
struct ScriptSurvey {
  /// Names that are remembered, so that no dump fills the memory.
  private static let limit = 10_000
  /// A longer line is none of these statements.
  private static let lineLimit = 4096

  private var begun: [UInt8] = []
  private var isTooLong = false
  private(set) var databases: [String] = []
  private var known: Set<ExactText> = []
  private(set) var encoding: String?

  /// Roles that the script's statements need, in their order.
  var roles: [String] { known.sorted().map(\.text) }

  /// Takes the next bytes of the script.
  mutating func append(_ bytes: Span<UInt8>) {
    var start = 0
    while let end = bytes.firstIndex(of: UInt8(ascii: "\n"), from: start) {
      take(bytes.extracting(start..<end))
      read(begun)
      begun.removeAll(keepingCapacity: true)
      isTooLong = false
      start = end + 1
    }
    take(bytes.extracting(start...))
  }

  private mutating func take(_ part: Span<UInt8>) {
    guard !part.isEmpty, !isTooLong else { return }
    let first = begun.isEmpty ? part[0] : begun[0]
    // Nearly every line is a row: it is not looked at further.
    guard
      [
        UInt8(ascii: "\\"), UInt8(ascii: "A"), UInt8(ascii: "G"), UInt8(ascii: "R"),
        UInt8(ascii: "C"), UInt8(ascii: "S"),
      ].contains(first), begun.count + part.count <= Self.lineLimit
    else {
      isTooLong = true
      return begun.removeAll(keepingCapacity: true)
    }
    begun.append(part)
  }

  private mutating func read(_ line: [UInt8]) {
    guard !line.isEmpty else { return }
    let text = String(decoding: line, as: UTF8.self)
    if text.hasPrefix("\\connect ") {
      guard let name = Self.database(text), databases.count < Self.limit else { return }
      // A script that makes a database connects to it more than once.
      if databases.last?.isExactly(name) != true { databases.append(name) }
    } else if text.hasPrefix("SET client_encoding = '") {
      encoding = encoding ?? text.split(separator: "'").dropFirst().first.map(String.init)
    } else if known.count < Self.limit {
      known.formUnion(Self.roles(text).map(ExactText.init))
    }
  }

  /// `\connect shop`, `\connect "my shop"`, `\connect -reuse-previous=on "dbname='my shop'"`.
  private static func database(_ line: String) -> String? {
    let rest = line.dropFirst("\\connect ".count)
    guard let start = rest.firstRange(of: "dbname='")?.upperBound else {
      return SQLName(rest)?.name
    }
    let name = rest[start...].prefix { $0 != "'" }
    return String(name).replacing("\\\\", with: "\\")
  }

  /// The roles that a statement gives something to, takes it from, or speaks of.
  private static func roles(_ line: String) -> [String] {
    let words: [String]
    if line.hasPrefix("ALTER DEFAULT PRIVILEGES") {
      words = [" FOR ROLE ", " TO ", " FROM "]
    } else if line.hasPrefix("ALTER ") {
      words = [" OWNER TO "]
    } else if line.hasPrefix("GRANT ") || line.hasPrefix("CREATE POLICY ") {
      words = [" TO "]
    } else if line.hasPrefix("REVOKE ") {
      words = [" FROM "]
    } else if line.hasPrefix("CREATE SCHEMA ") {
      words = [" AUTHORIZATION "]
    } else {
      return []
    }
    return words.flatMap { word -> [String] in
      // The last one, since a name before it may hold the same word.
      guard let start = line.ranges(of: word).last?.upperBound else { return [] }
      return SQLName.list(line[start...]).filter { $0 != "PUBLIC" && !$0.hasPrefix("pg_") }
    }
  }
}
