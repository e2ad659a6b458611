internal import Catalog
internal import Cluster
public import Postgres
internal import Problems
internal import Repository
public import Snapshot

/// A scratch server that holds just what one query reads of a snapshot.
///
/// The whole definition is there, without indexes and constraints; rows only of the tables that the
/// query reaches. The query runs as a role that may read everything and do nothing else.
public struct QueryScratch: Sendable {
  /// The role that queries run as.
  public static let reader = "drydock_scratch_reader"

  private let scratch: ScratchDatabase
  let content: SnapshotContent
  let options: RestoreOptions
  private let progress: @Sendable (RestoreProgress) -> Void

  /// The way in for the query.
  public var settings: ConnectionSettings { scratch.settings(role: Self.reader) }

  /// Starts a server with the snapshot's definition and no rows.
  ///
  /// - Parameters:
  ///   - content: The snapshot.
  ///   - options: How rows are loaded, and where PostgreSQL's programs are.
  ///   - progress: Told what is being done.
  /// - Returns: The scratch; `remove()` takes everything away.
  /// - Throws: A `Problem`; nothing is left behind then.
  public static func start(
    of content: SnapshotContent,
    options: RestoreOptions,
    progress: @escaping @Sendable (RestoreProgress) -> Void
  ) throws -> QueryScratch {
    progress(RestoreProgress(phase: "definition", bytes: 0, totalBytes: 0, rows: 0))
    let scratch = try ScratchDatabase.start(
      like: content,
      role: content.manifest.database.owner,
      binaryDirectory: options.binaryDirectory
    )
    let query = QueryScratch(
      scratch: scratch,
      content: content,
      options: options,
      progress: progress
    )
    do {
      try query.define()
      return query
    } catch {
      // The first error is the one to report; the next start removes what stays.
      try? query.remove()
      throw error
    }
  }

  /// Stops the server and takes its files away.
  public func remove() throws { try scratch.server.remove() }

  private func define() throws {
    let archive = try Archive(
      of: content,
      reader: try content.repository.makeReader(),
      serverMajor: content.manifest.server.major,
      binaryDirectory: options.binaryDirectory
    )
    let entries = try archive.entries()
    let target = scratch.administration
    try archive.define(entries, onScratch: target)
    // A view that groups by a primary key stands behind that key.
    if entries.contains(where: \.isLateView) {
      let late = entries.filter { $0.isLateView || $0.kind == "CONSTRAINT" }
      try archive.restore(.postData, into: target, only: late, without: [], jobs: 1)
    }
    try Self.makeReader(on: scratch, for: content)
  }

  /// Loads what a query reads.
  ///
  /// - Parameters:
  ///   - query: One `SELECT`, `VALUES`, `TABLE` or `WITH`.
  ///   - everything: Whether all tables are loaded, whatever the query names; large objects too.
  /// - Returns: What was loaded, and why all of it, where a function made that necessary.
  /// - Throws: A `Problem`.
  public func load(for query: String, everything: Bool) async throws -> Loaded {
    let lane = Lane("drydock.query")
    let needs = try await lane.run { [settings] in
      try QueryNeeds(of: query, on: try Connection.open(settings))
    }
    let isWhole = everything || !needs.opaque.isEmpty
    let chosen = content.manifest.tables.filter { table in
      isWhole || needs.callsExtension && table.isConfiguration
        || needs.tables.contains(RelationName(schema: table.schema, name: table.name))
    }
    return try await load(
      chosen,
      isWhole: everything,
      opaque: everything ? [] : needs.opaque
    ) { schema, name in
      isWhole || needs.others.contains(RelationName(schema: schema, name: name))
    }
  }

  /// Loads tables, and the sequences and materialised views that are chosen; large objects where
  /// everything is.
  func load(
    _ chosen: [Manifest.Table],
    isWhole: Bool,
    opaque: [String],
    _ isChosen: @escaping @Sendable (String, String) -> Bool
  ) async throws -> Loaded {
    try await load(chosen)
    try await Lane("drydock.query.values").run { [self] in
      let connection = try Connection.open(scratch.administration)
      if !chosen.isEmpty {
        let names = chosen.map { SQL.identifier($0.schema, $0.name) }
        try connection.execute("ANALYZE \(names.joined(separator: ", "))")
      }
      let values = ValueLoader(connection: connection, manifest: content.manifest)
      try values.setSequences(isChosen)
      if isWhole { try loadLargeObjects(values) }
      try values.refreshViews(isChosen)
    }
    return Loaded(
      tables: chosen.map(\.label).sorted(),
      rows: chosen.reduce(0) { $0 + $1.rows },
      opaque: opaque
    )
  }

  private func load(_ tables: [Manifest.Table]) async throws {
    let plan = try await Lane("drydock.query.plan").run { [content] in
      let reader = try content.repository.makeReader()
      return LoadPlan(try tables.map { ($0, try content.stripes(of: $0, reader)) })
    }
    var options = options
    options.loader = scratch.settings(role: ScratchDatabase.loader)
    try await RowRestore(
      content: content,
      settings: scratch.administration,
      options: options,
      progress: progress
    ).run(tables, plan, [:])
  }

  private func loadLargeObjects(_ values: ValueLoader) throws {
    let reader = try content.repository.makeReader()
    try values.createLargeObjects(
      try content.largeObjects(reader),
      reader: reader,
      without: [.owners, .privileges]
    )
  }
}

extension QueryScratch {
  /// What was loaded for a query.
  public struct Loaded: Sendable, Equatable {
    /// The tables, by name.
    public let tables: [String]
    /// Their rows.
    public let rows: Int
    /// Functions of which nobody knows what they read, so that everything was loaded.
    public let opaque: [String]
  }
}

extension Archive.Entry {
  /// A view whose definition stands in the second part of the archive, as a rule.
  fileprivate var isLateView: Bool { kind == "RULE" && rest.contains(" _RETURN ") }
}
