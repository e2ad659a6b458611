internal import Postgres
internal import Repository
internal import Snapshot

/// Production's tablespaces on the scratch: their names, all inside the scratch's own directory.
///
/// Without them a definition that names one fails, and a patch could not move a table.
struct ScratchTablespaces {
  let connection: Connection
  /// Their names as SQL.
  let names: [String]

  init(connection: Connection, names: [String]) {
    self.connection = connection
    self.names = names
  }

  /// Those that a snapshot knows.
  init(connection: Connection, content: SnapshotContent) throws {
    self.init(connection: connection, names: try Self.quotedNames(in: content))
  }

  /// The names of those that a snapshot knows.
  static func names(in content: SnapshotContent) throws -> [String] {
    try quotedNames(in: content).compactMap { name in
      DefinitionTokens(Array(name.utf8)).first { _ in true }?.name
    }
  }

  private static func quotedNames(in content: SnapshotContent) throws -> [String] {
    let globals = try content.text(
      content.manifest.definition.globals,
      try content.repository.makeReader()
    )
    return Globals(globals).tablespaces
  }

  /// Creates them in place (manual, 20.17 "allow_in_place_tablespaces"), owned by the administrator.
  func create() throws {
    guard !names.isEmpty else { return }
    do {
      try connection.execute("SET allow_in_place_tablespaces = on")
      for name in names {
        try connection.execute("CREATE TABLESPACE \(name) LOCATION ''")
        // Everybody may use them: what production's rights on them are is no part of a database.
        try connection.execute("GRANT CREATE ON TABLESPACE \(name) TO PUBLIC")
      }
    } catch {
      throw error.problem("cannot create production's tablespaces on the scratch server")
    }
  }
}
