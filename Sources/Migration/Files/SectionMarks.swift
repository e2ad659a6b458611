/// How a tool divides one file into the way up and the way down.
enum SectionMarks {
  /// `-- migrate:up transaction:false`, `-- migrate:down`.
  case dbmate
  /// `-- +goose Up`, `-- +goose Down`, `-- +goose NO TRANSACTION`, `-- +goose StatementBegin`.
  case goose

  /// What a line says to its tool.
  enum Mark: Equatable {
    case up(options: [String])
    case down(options: [String])
    /// The whole file runs outside a transaction.
    case noTransaction
    /// Brackets around what the tool cannot split; drydock's splitter needs none.
    case bracket
    /// Something else that the tool would obey.
    case unknown(String)
  }

  /// Where the parts of a file are, and what is asked for them.
  struct Sections {
    var up: Range<Int>
    var upOptions: [String]
    var down: Range<Int>?
    var downOptions: [String] = []
    var isOutsideTransaction = false
  }

  /// Why a file cannot be divided.
  struct Failure: Error {
    var line: Int
    var reason: String
  }

  /// What a line says; nil for every other line.
  func mark(_ line: String) -> Mark? {
    guard line.hasPrefix("--") else { return nil }
    let words = line.dropFirst(2).split(whereSeparator: \.isWhitespace).map(String.init)
    switch self {
    case .dbmate:
      switch words.first {
      case "migrate:up": return .up(options: Array(words.dropFirst()))
      case "migrate:down": return .down(options: Array(words.dropFirst()))
      default: return nil
      }
    case .goose:
      guard words.first?.lowercased() == "+goose" else { return nil }
      switch words.dropFirst().joined(separator: " ").lowercased() {
      case "up": return .up(options: [])
      case "down": return .down(options: [])
      case "no transaction": return .noTransaction
      case "statementbegin", "statementend": return .bracket
      default: return .unknown(words.dropFirst().joined(separator: " "))
      }
    }
  }

  /// Whether any line of a file begins a section.
  func mark(anyLineOf bytes: [UInt8]) -> Bool {
    Self.lines(of: bytes).contains { line in
      switch mark(line.text) {
      case .up, .down: true
      default: false
      }
    }
  }

  /// Divides a file; what is above the first mark belongs to the way up.
  func sections(of bytes: [UInt8]) throws(Failure) -> Sections {
    var up: (line: Int, start: Int, options: [String])?
    var down: (start: Int, options: [String])?
    var isOutside = false
    for line in Self.lines(of: bytes) {
      switch mark(line.text) {
      case nil:
        guard up != nil || Self.isSilent(line.text) else {
          throw Failure(line: line.number, reason: "a statement stands above the first section")
        }
      case .bracket: continue
      case .noTransaction: isOutside = true
      case .unknown(let word):
        throw Failure(line: line.number, reason: "the annotation '\(word)' is not understood")
      case .up(let options):
        guard up == nil else { throw Failure(line: line.number, reason: "a second way up begins") }
        up = (line.number, line.start, options)
      case .down(let options):
        guard up != nil else {
          throw Failure(line: line.number, reason: "the way down stands above the way up")
        }
        guard down == nil else {
          throw Failure(line: line.number, reason: "a second way down begins")
        }
        down = (line.start, options)
      }
    }
    guard let up else { throw Failure(line: 1, reason: "no section for the way up begins in it") }
    return Sections(
      up: 0..<(down?.start ?? bytes.count),
      upOptions: up.options,
      down: down.map { $0.start..<bytes.count },
      downOptions: down?.options ?? [],
      isOutsideTransaction: isOutside
    )
  }

  /// Whether a line holds nothing that runs.
  private static func isSilent(_ line: String) -> Bool {
    let code = line.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    return code.isEmpty || code.hasPrefix("--")
  }

  private static func lines(of bytes: [UInt8]) -> [(number: Int, start: Int, text: String)] {
    var start = 0
    var lines: [(number: Int, start: Int, text: String)] = []
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      let hasMark = start == 0 && line.starts(with: SQLScanner.byteOrderMark)
      let text = String(decoding: hasMark ? line.dropFirst(3) : line, as: UTF8.self)
      lines.append((lines.count + 1, start, text.hasSuffix("\r") ? String(text.dropLast()) : text))
      start += line.count + 1
    }
    return lines
  }
}
