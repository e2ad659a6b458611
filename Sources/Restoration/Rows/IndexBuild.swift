internal import Postgres
internal import Problems
internal import Snapshot

/// An index of a large table, which is built as soon as the table is loaded.
///
/// Only columns may be its keys. A function in an index may read other tables, though it must not,
/// and those need not be loaded yet; such an index is built after the last row, as `pg_restore`
/// does.
struct IndexBuild: Sendable {
  /// Bytes of text from which a table is large.
  private static let largeTable = 8 << 20

  let entry: Archive.Entry
  /// The statement, after the settings that it needs.
  let script: String

  /// The builds of each large table by its oid, those first that take longest.
  static func all(
    of tables: [Manifest.Table],
    among entries: [Archive.Entry],
    _ archive: Archive,
    without: Omissions
  ) throws -> [Int: [IndexBuild]] {
    var found: [Int: [IndexBuild]] = [:]
    // Rows of a table with a root may lie in other leaves afterwards.
    for table in tables where table.bytes >= largeTable && table.loadRoot == nil {
      let builds = try entries.filter { $0.isIndex(of: table) }.map { entry in
        IndexBuild(
          entry: entry,
          script: try archive.script(.postData, only: [entry], without: without)
        )
      }.filter(\.hasOnlyColumns)
      found[table.oid] = builds.filter { !$0.isTree } + builds.filter(\.isTree)
    }
    return found
  }

  /// Builds the index.
  ///
  /// What follows the building is a transaction of its own, since it needs a stronger lock, and a
  /// second index of the table may be built meanwhile; see ``IndexContention``.
  func run(on connection: Connection) throws {
    let script = DefinitionScript(script)
    do {
      try connection.execute(script.head)
      for statement in script.parts.flatMap(\.statements) { try connection.execute(statement) }
      try connection.execute("RESET ALL")
    } catch let error {
      throw error.problem("the post-data part of the definition failed at \(entry.rest)")
    }
  }

  /// The statement without the settings before it; its first parenthesis opens the list of keys.
  private var statement: Substring {
    let lines = script.split(separator: "\n")
    let isStart = { (line: Substring) in
      line.hasPrefix("CREATE ") || line.hasPrefix("ALTER TABLE ")
    }
    guard let start = lines.firstIndex(where: isStart) else { return "" }
    return script[lines[start].startIndex...]
  }

  private var hasOnlyColumns: Bool { statement.count { $0 == "(" } == 1 }

  /// Constraints and B-trees are sorted, which is quick; GIN, GiST and the others are not.
  private var isTree: Bool { entry.kind == "CONSTRAINT" || statement.contains(" USING btree ") }
}

extension Archive.Entry {
  fileprivate func isIndex(of table: Manifest.Table) -> Bool {
    let place =
      switch kind {
      case "INDEX": table.schema
      case "CONSTRAINT": "\(table.schema) \(table.name)"
      default: ""
      }
    return !place.isEmpty && table.indexes.contains { rest.hasPrefix("\(place) \($0) ") }
  }
}
