internal import Postgres
internal import Problems
internal import Snapshot

/// A schema's definition in small parts, so that neither locks nor waiting add up.
struct DefinitionBatches: Sendable {
  /// Entries of the table of contents in one part.
  private static let size = 100
  /// Locks of one part at most: a table, its TOAST table and index, its key, what it refers to.
  static let locks = 5 * size

  /// Schema, types, functions, tables.
  let preData: [String]
  /// Indexes and constraints, to be tried on the empty tables.
  let trial: [String]
  /// Everything after the rows, save foreign keys to other schemas.
  let postData: [String]
  /// Foreign keys to tables outside, and their comments: one that held before the exchange would make
  /// the copy refuse deletes in tables that are live.
  let outgoingKeys: [String]

  /// - Parameters:
  ///   - schema: The schema.
  ///   - entries: What of the table of contents belongs to it.
  ///   - script: Makes the statements of some entries.
  /// - Throws: What `script` threw.
  init(
    schema: String,
    entries: [Archive.Entry],
    _ script: (Archive.Section, [Archive.Entry]) throws -> String
  ) throws {
    func parts(_ section: Archive.Section, _ entries: [Archive.Entry]) throws -> [String] {
      try stride(from: 0, to: entries.count, by: Self.size).map { start in
        try script(section, Array(entries[start..<min(start + Self.size, entries.count)]))
      }.filter { !$0.isEmpty }
    }
    let keys = entries.filter { $0.kind == "FK CONSTRAINT" }
    let outgoing = zip(keys, try Self.statements(of: keys, script)).filter {
      Self.refersOutside($0.1, schema)
    }
    let outgoingNames = outgoing.compactMap { ForeignKeyStatement($0.1)?.key }
    let comments = entries.filter { entry in
      outgoingNames.contains { Self.isComment(entry, on: $0) }
    }
    outgoingKeys =
      try outgoing.map(\.1) + (comments.isEmpty ? [] : [script(.postData, comments)])
    let left = Set((outgoing.map(\.0) + comments).map(\.line))
    trial = try parts(.postData, entries.filter { ["INDEX", "CONSTRAINT"].contains($0.kind) })
    // The list does not tell sections; what an index or a constraint begins is the second. Anything
    // else of a section comes in one more part, as far as there is any.
    let border = entries.firstIndex { ["INDEX", "CONSTRAINT"].contains($0.kind) } ?? entries.count
    let (before, after) = (Array(entries[..<border]), Array(entries[border...]))
    preData =
      try parts(.preData, before) + [script(.preData, after)].filter { !$0.isEmpty }
    postData =
      try [script(.postData, before.filter { !left.contains($0.line) })].filter { !$0.isEmpty }
      + parts(.postData, after.filter { !left.contains($0.line) })
  }

  /// The statement of each foreign key: from one script where it can be cut, else one by one.
  private static func statements(
    of keys: [Archive.Entry],
    _ script: (Archive.Section, [Archive.Entry]) throws -> String
  ) throws -> [String] {
    guard !keys.isEmpty else { return [] }
    let head = "\n--\n-- Name: "
    let parts = try script(.postData, keys).split(
      separator: head,
      omittingEmptySubsequences: false
    ).dropFirst().map { head + $0 }
    return parts.count == keys.count ? parts : try keys.map { try script(.postData, [$0]) }
  }

  /// Whether an entry is the comment on a constraint; its tag is `CONSTRAINT name ON table`.
  private static func isComment(_ entry: Archive.Entry, on key: Journal.Key) -> Bool {
    let head = "\(key.schema) CONSTRAINT "
    guard entry.kind == "COMMENT", entry.rest.hasPrefix(head) else { return false }
    let tag = Array(DefinitionTokens(Array(entry.rest.dropFirst(head.count).utf8)).prefix(3))
    return tag.count == 3 && tag[0].name == key.name && tag[1].word == "on"
      && tag[2].name == key.table
  }

  /// Whether a foreign key refers to another schema; `pg_dump` writes every name in full.
  static func refersOutside(_ statement: String, _ schema: String) -> Bool {
    let definition = ForeignKeyStatement(statement).flatMap { ForeignKeyDefinition($0.definition) }
    return definition.map { $0.schema != schema } ?? true
  }
}
