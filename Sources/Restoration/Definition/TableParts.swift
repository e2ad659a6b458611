internal import Bytes
internal import Catalog

/// What belongs to chosen tables and does not say so in the archive's table of contents: sequences
/// of `serial` columns and identities, and indexes of the partitioned tables above.
struct TableParts {
  /// The sequences.
  let sequences: Set<RelationName>
  /// The entries that make them, and the indexes.
  private let lines: Set<String>

  /// Finds those of the tables that were asked for by name; none where whole schemas are taken.
  init(of selection: RestoreSelection, in archive: Archive) throws {
    guard let labels = selection.labels else {
      (sequences, lines) = ([], [])
      return
    }
    let entries = try archive.entries()
    let tables = labels.union(
      selection.parents.map { ExactText("\($0.schema).\($0.name)") }
    )
    let makers = entries.filter { ["SEQUENCE", "SEQUENCE OWNED BY"].contains($0.kind) }
    let found = try Self.parts(of: tables, .preData, makers, archive, Self.owned)
    sequences = Set(found)
    var chosen = Self.entries(makers, of: found)
    if !selection.parents.isEmpty {
      let indexes = entries.filter { $0.kind == "INDEX" }
      chosen += Self.entries(
        indexes,
        of: try Self.parts(of: tables, .postData, indexes, archive, Self.indexes)
      )
    }
    lines = Set(chosen.map(\.line))
  }

  /// Whether an entry makes one of them.
  func contains(_ entry: Archive.Entry) -> Bool { lines.contains(entry.line) }

  private static func parts(
    of tables: Set<ExactText>,
    _ section: Archive.Section,
    _ entries: [Archive.Entry],
    _ archive: Archive,
    _ read: (String) -> [Part]
  ) throws -> [RelationName] {
    guard !entries.isEmpty else { return [] }
    let script = try archive.script(section, only: entries, without: [.privileges])
    return read(script).filter { tables.contains(ExactText($0.table)) }.map(\.name)
  }

  private static func entries(
    _ all: [Archive.Entry],
    of names: [RelationName]
  ) -> [Archive.Entry] {
    all.filter { entry in
      names.contains { entry.rest.beginsExactly(with: "\($0.schema) \($0.name) ") }
    }
  }
}

extension TableParts {
  /// A sequence or an index, and whose it is.
  typealias Part = (name: RelationName, table: String)

  /// Reads `ALTER SEQUENCE a.s OWNED BY a.t.c` and
  /// `ALTER TABLE a.t ALTER COLUMN c ADD GENERATED ... AS IDENTITY (SEQUENCE NAME a.s`.
  static func owned(_ script: String) -> [Part] {
    DefinitionTokens.statements(of: script).compactMap { words, names in
      if words.starts(with: ["alter", "sequence"]), words.count > 8, words[4] == "owned" {
        return (RelationName(schema: names[2], name: names[3]), "\(names[6]).\(names[7])")
      }
      guard words.starts(with: ["alter", "table"]), words.contains("identity"),
        let place = words.firstIndex(of: "sequence"), place + 3 < names.count
      else { return nil }
      let name = RelationName(schema: names[place + 2], name: names[place + 3])
      return (name, "\(names[2]).\(names[3])")
    }
  }

  /// Reads `CREATE [UNIQUE] INDEX i ON [ONLY] a.t USING ...`; an index is in its table's schema.
  static func indexes(_ script: String) -> [Part] {
    DefinitionTokens.statements(of: script).compactMap { words, names in
      guard words.first == "create", let index = words.firstIndex(of: "index"),
        let on = words[index...].firstIndex(of: "on")
      else { return nil }
      let table = words[on + 1] == "only" ? on + 2 : on + 1
      guard table + 1 < names.count else { return nil }
      let schema = names[table]
      return (
        RelationName(schema: schema, name: names[index + 1]), "\(schema).\(names[table + 1])"
      )
    }
  }
}
