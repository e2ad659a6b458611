internal import FoundationEssentials
internal import Problems

/// One operation's line in the comment of a copy.
protocol JournalLine: Codable, Sendable, Equatable {
  /// The operation's id.
  var operation: String { get }
}

/// What the catalog says about one replacing restore: a line of JSON in the comment of each copy.
///
/// It is written in the transaction that renames, so it cannot disagree with what is there, and any
/// host can go on from it. The comment's own text stays before it; a schema that went through
/// several restores carries several lines.
struct Journal: JournalLine {
  /// A right on the schema that was revoked while it is set aside.
  struct Grant: Codable, Sendable, Equatable {
    /// The role, nil for PUBLIC.
    var role: String?
    var privilege: String
    var isGrantable: Bool
  }

  /// A foreign key from the copy to a table outside, which the set-aside copy must not hold.
  struct ForeignKey: Codable, Sendable, Equatable {
    var table: String
    var name: String
    var definition: String
    var comment: String?
    var isPartitioned: Bool
  }

  var version = 1
  /// The operation's id.
  var operation: String
  var state: OperationState
  /// Which copy carries this line.
  var copy: SetAsideName.Copy
  /// The live name.
  var schema: String
  /// The name of the copy that is set aside.
  var setAside: String
  /// The snapshot that was restored.
  var snapshot: String
  /// When, by the server's clock.
  var at: String
  /// By which role.
  var by: String
  /// What the copy that is set aside had and needs again when it comes back.
  var grants: [Grant] = []
  var foreignKeys: [ForeignKey] = []
  /// The versions that the ledger had before the swap; nil without a ledger.
  var ledger: [String]?
  /// The snapshot of the set-aside copy, once it is being dropped.
  var safetySnapshot: String?
  /// The oids of what the set-aside copy held when that snapshot was taken; nil until then.
  var contents: [Int]?
  /// Foreign keys across the border whose rows have not been checked since the exchange; nil for
  /// none.
  var unchecked: [Key]?
  /// What a copy that is not live yet needs to go on; nil for every other.
  var build: Build?

  /// The line of the live schema, which needs nothing of what only the copy does.
  var ofLive: Journal {
    var line = self
    line.copy = .live
    line.contents = nil
    line.unchecked = nil
    return line
  }

  /// A foreign key by its names.
  struct Key: Codable, Sendable, Equatable {
    var schema: String
    var table: String
    var name: String
  }

  /// A copy that is built beside the live schema.
  struct Build: Codable, Sendable, Equatable {
    /// A hash over the live schema as the plan saw it.
    var basis: String
    /// What of the definition was left out.
    var without: Int
    /// Whether the live schema is to be dropped.
    var drops: Bool
    /// A hash over the structure of the copy, once it is complete.
    var structure: String?
  }
}

/// A schema's comment.
typealias JournaledComment = Journaled<Journal>

/// The comment of a copy: a person's text, then the journal's lines.
struct Journaled<Line: JournalLine>: Sendable, Equatable {
  private static var mark: String { "drydock: " }

  /// What people wrote.
  var text: String
  /// The operations, the latest last.
  var journals: [Line]

  /// Reads a comment; a line that only looks like a journal's stays a person's text.
  init(_ comment: String?) {
    var lines: [Substring] = []
    journals = []
    for line in (comment ?? "").split(separator: "\n", omittingEmptySubsequences: false) {
      if let journal = Self.journal(line) { journals.append(journal) } else { lines.append(line) }
    }
    text = lines.joined(separator: "\n")
  }

  /// The comment to store; nil for none.
  func stored() throws -> String? {
    var lines = text.isEmpty ? [] : [text]
    lines += try journals.map(Self.line)
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }

  /// An operation's line as it is stored.
  static func line(_ journal: Line) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return mark + String(decoding: try encoder.encode(journal), as: UTF8.self)
  }

  /// Puts in an operation's line, in place of the one that was there.
  mutating func set(_ journal: Line) {
    remove(journal.operation)
    journals.append(journal)
  }

  /// Takes an operation's line away.
  mutating func remove(_ operation: String) { journals.removeAll { $0.operation == operation } }

  private static func journal(_ line: Substring) -> Line? {
    guard line.hasPrefix(mark) else { return nil }
    let data = Data(line.dropFirst(mark.count).utf8)
    return try? JSONDecoder().decode(Line.self, from: data)
  }
}
