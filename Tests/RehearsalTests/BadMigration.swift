import Files
import Foundation
import Testing

/// One of the real bad migrations, or the safer way beside it: patches, and what was measured.
struct BadMigration: Sendable, CustomTestStringConvertible {
  /// Locks and rewrites of one patch.
  struct Measured: Sendable, Equatable {
    var locks: Set<String> = []
    var rewrites: Set<String> = []
  }

  var name: String
  /// `eugene E1`.
  var rule: String
  var isDangerous: Bool
  /// The patches in order.
  var patches: [String]
  /// What PostgreSQL 15 did, patch by patch; indexes left out.
  var measured: [Measured]

  var testDescription: String { name }

  /// All of them, from the directory of the real inputs.
  static func all(in real: String) throws -> [BadMigration] {
    let directory = real + "/bad-migrations"
    let text = String(
      decoding: try ReadableFile.contents(of: "\(directory)/cases.csv"),
      as: UTF8.self
    )
    return try text.split(whereSeparator: \.isNewline).dropFirst().map { line in
      try BadMigration(fields(of: String(line)), in: directory)
    }
  }

  private init(_ fields: [String], in directory: String) throws {
    name = String(fields[0].dropLast())
    rule = fields[1]
    isDangerous = fields[3] == "dangerous"
    var patches: [String] = []
    while Directory.exists("\(directory)/\(name)"),
      FileManager.default.fileExists(atPath: "\(directory)/\(name)/\(patches.count + 1).sql")
    {
      let bytes = try ReadableFile.contents(of: "\(directory)/\(name)/\(patches.count + 1).sql")
      patches.append(String(decoding: bytes, as: UTF8.self))
    }
    self.patches = patches
    let tables = Set(
      patches.joined().matches(of: /create table (\w+)/).map { String($0.output.1) }
    )
    measured = fields[7].split(separator: "|").map { Self.measured(String($0), of: tables) }
  }

  /// Reads `2:LOCK prices ShareLock;REWRITE prices`.
  private static func measured(_ text: String, of tables: Set<String>) -> Measured {
    var measured = Measured()
    let list = text.drop { $0 != ":" }.dropFirst().replacing("notx ", with: "")
    for item in list.split(separator: ";") {
      let words = item.split(separator: " ").map(String.init)
      guard words.count > 1, tables.contains(words[1]) else { continue }
      if words[0] == "LOCK" { measured.locks.insert("\(words[1]) \(words[2])") }
      if words[0] == "REWRITE" { measured.rewrites.insert(words[1]) }
    }
    return measured
  }

  /// The patch as the runner takes it: the examples set their own lock timeout, which ours does for
  /// them and refuses to have changed; CONCURRENTLY has to be outside a transaction.
  func text(_ number: Int) -> String {
    var head = ""
    if patches[number].contains("lock_timeout") {
      head += "-- drydock: allow changes-timeouts because it is as short as the runner's\n"
    }
    if patches[number].contains("concurrently") { head += "-- drydock: no-transaction\n" }
    return head + patches[number]
  }

  /// The fields of a line of CSV with quotes.
  private static func fields(of line: String) -> [String] {
    var fields = [""]
    var isQuoted = false
    for character in line where character != "\r" {
      switch character {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted: fields.append("")
      default: fields[fields.count - 1].append(character)
      }
    }
    return fields
  }
}
