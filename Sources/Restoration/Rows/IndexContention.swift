/// Indexes that must not be built beside each other: each is followed by a statement that wants more
/// of the table than the building did.
///
/// `pg_restore` sends `CREATE INDEX` and the `ALTER TABLE ... CLUSTER ON` or `REPLICA IDENTITY` that
/// belongs to it as one transaction. Two such on one table hold a lock that lets the other build, and
/// then each waits for the other to go: the server ends one with a deadlock, and with it the restore
/// (seen on 15 and 18). `pg_restore` takes an index to need no lock that matters.
struct IndexContention {
  /// The lines of the table of contents, of tables with two or more such indexes.
  let lines: Set<String>

  /// Finds them.
  ///
  /// - Parameters:
  ///   - entries: The entries of the archive.
  ///   - script: Makes the statements of some entries.
  /// - Throws: What `script` threw.
  init(among entries: [Archive.Entry], _ script: ([Archive.Entry]) throws -> String) throws {
    let indexes = entries.filter { $0.kind == "INDEX" }
    guard indexes.count > 1 else {
      lines = []
      return
    }
    let whole = DefinitionScript(try script(indexes)).parts
    // Where the script cannot be cut with certainty, each index has one of its own.
    let parts =
      try whole.count == indexes.count
      ? whole.map { [$0] } : indexes.map { DefinitionScript(try script([$0])).parts }
    var found: [String: [String]] = [:]
    for (entry, parts) in zip(indexes, parts) {
      for table in Set(parts.flatMap(\.statements).compactMap(Self.altered)) {
        found[table, default: []].append(entry.line)
      }
    }
    lines = Set(found.values.filter { $0.count > 1 }.joined())
  }

  /// The table of `ALTER TABLE [ONLY] a.t ...` or `ALTER MATERIALIZED VIEW a.v ...`, nil for anything
  /// else.
  private static func altered(_ statement: String) -> String? {
    guard let (words, names) = DefinitionTokens.statements(of: statement).first,
      words.count > 5, words[0] == "alter", ["table", "materialized"].contains(words[1])
    else { return nil }
    let place = ["only", "view"].contains(words[2]) ? 3 : 2
    return "\(names[place]).\(names[place + 1])"
  }
}
