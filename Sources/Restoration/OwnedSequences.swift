internal import Catalog

/// The sequences that feed columns of chosen tables: of `serial` columns and of identities.
///
/// The archive's table of contents does not say whose a sequence is; its statements do.
struct OwnedSequences {
  /// Their names.
  let names: Set<RelationName>
  /// The entries that make them.
  private let lines: Set<String>

  /// Finds those of the tables that were asked for by name; none where whole schemas are taken.
  init(of selection: RestoreSelection, in archive: Archive) throws {
    guard let labels = selection.labels else {
      (names, lines) = ([], [])
      return
    }
    let entries = try archive.entries().filter {
      ["SEQUENCE", "SEQUENCE OWNED BY"].contains($0.kind)
    }
    guard !entries.isEmpty else {
      (names, lines) = ([], [])
      return
    }
    let script = try archive.script(.preData, only: entries, without: [.privileges])
    let found = Self.owned(script).filter { labels.contains($0.table) }.map(\.sequence)
    names = Set(found)
    lines = Set(
      entries.filter { entry in
        found.contains { entry.rest.hasPrefix("\($0.schema) \($0.name) ") }
      }.map(\.line)
    )
  }

  /// Whether an entry makes one of them.
  func contains(_ entry: Archive.Entry) -> Bool { lines.contains(entry.line) }

  /// Reads `ALTER SEQUENCE a.s OWNED BY a.t.c` and
  /// `ALTER TABLE a.t ALTER COLUMN c ADD GENERATED ... AS IDENTITY (SEQUENCE NAME a.s`.
  static func owned(_ script: String) -> [(sequence: RelationName, table: String)] {
    var found: [(sequence: RelationName, table: String)] = []
    var statement: [DefinitionTokens.Token] = []
    for token in DefinitionTokens(Array(script.utf8)) {
      switch token.kind {
      case .comment, .meta: continue
      case .sign(UInt8(ascii: ".")): continue
      default: statement.append(token)
      }
      guard token.isEnd else { continue }
      let words = statement.map { $0.word ?? "" }
      let names = statement.map { $0.name ?? "" }
      if words.starts(with: ["alter", "sequence"]), words.count > 8, words[4] == "owned" {
        found.append((RelationName(schema: names[2], name: names[3]), "\(names[6]).\(names[7])"))
      } else if words.starts(with: ["alter", "table"]), words.contains("identity"),
        let place = words.firstIndex(of: "sequence"), place + 3 < names.count
      {
        found.append(
          (
            RelationName(schema: names[place + 2], name: names[place + 3]),
            "\(names[2]).\(names[3])"
          )
        )
      }
      statement = []
    }
    return found
  }
}
