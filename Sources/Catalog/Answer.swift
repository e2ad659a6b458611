internal import Bytes
internal import Cryptography
internal import FoundationEssentials

/// What a database answered to a question: the first rows, how many there were, and a hash of all.
public struct Answer: Codable, Sendable, Equatable {
  /// The question's name.
  public let question: String
  /// The query, so that an answer can be got again where its file is gone.
  public let sql: String
  /// The names of the columns.
  public internal(set) var columns: [String] = []
  /// The first rows, as text; as many as fit the limits.
  public private(set) var rows: [[String?]] = []
  /// How many rows there were.
  public private(set) var count = 0
  /// SHA-256 over all rows in their order, in hexadecimal digits.
  public internal(set) var hash = ""
  private var bytes = 0

  /// The most rows that are kept.
  public static let keptRows = 50
  /// The most bytes of text that are kept.
  public static let keptBytes = 4 << 10

  /// The most answers of one snapshot.
  public static let limit = 100

  private enum CodingKeys: CodingKey {
    case question, sql, columns, rows, count, hash
  }

  init(question: String, sql: String) {
    self.question = question
    self.sql = sql
  }

  /// Whether both say the same, row for row in the same order.
  public func agrees(with other: Answer) -> Bool {
    columns == other.columns && count == other.count && hash == other.hash
  }

  /// Takes one more row; returns the hash that goes with it.
  mutating func add(_ row: [String?], after hash: [UInt8]) throws -> [UInt8] {
    let size = row.reduce(0) { $0 + ($1?.utf8.count ?? 0) }
    if rows.count == count && count < Self.keptRows && bytes + size <= Self.keptBytes {
      rows.append(row)
      bytes += size
    }
    count += 1
    // A length before each value, so that no two rows have the same bytes.
    var text = hash
    for value in row {
      text += Array((value.map { "\($0.utf8.count):" } ?? "-").utf8)
      text += Array((value ?? "").utf8)
    }
    return try SHA256.hash(text)
  }

  static func text(_ hash: [UInt8]) -> String {
    Hex.text(hash)
  }

  /// What differs, line by line; empty where both agree.
  ///
  /// ```
  /// - 2026-01 | 1204
  /// + 2026-01 | 1203
  /// ```
  ///
  /// - Parameter now: The later answer.
  /// - Returns: At most twenty lines, the last of which says what is beyond the rows that are kept.
  public func difference(to now: Answer) -> [String] {
    guard !agrees(with: now) else { return [] }
    var lines: [String] = []
    if columns != now.columns {
      lines += [
        "- \(columns.joined(separator: " | "))", "+ \(now.columns.joined(separator: " | "))",
      ]
    }
    let (old, new) = (rows.map(Self.line), now.rows.map(Self.line))
    for step in new.difference(from: old) {
      switch step {
      case .remove(_, let line, _): lines.append("- \(line)")
      case .insert(_, let line, _): lines.append("+ \(line)")
      }
    }
    if count != now.count { lines.append("\(count) rows then, \(now.count) now") }
    if lines.isEmpty { lines = ["the difference lies beyond the first \(rows.count) rows"] }
    let limit = 20
    guard lines.count > limit else { return lines }
    return lines.prefix(limit - 1) + ["and \(lines.count - limit + 1) lines more"]
  }

  private static func line(_ row: [String?]) -> String {
    row.map { $0 ?? "NULL" }.joined(separator: " | ")
  }
}

extension Answer {
  /// Answers as the JSON text that a snapshot keeps; throws what the encoder throws.
  public static func encoded(_ answers: [Answer]) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(answers), as: UTF8.self)
  }

  /// Reads what `encoded` wrote; throws a decoding error where it is something else.
  public static func decoded(_ text: String) throws -> [Answer] {
    try JSONDecoder().decode([Answer].self, from: Data(text.utf8))
  }
}
