internal import Catalog
internal import Cluster
internal import Postgres
internal import Problems
internal import Processes
internal import Repository
internal import Snapshot

/// What is to be made in a live database: one table of a snapshot under another name.
///
/// The definition comes from a scratch server on which the table was renamed, with all that belongs
/// to it, and which `pg_dump` then wrote down: a rename changes every mention of the name, which no
/// replacing of text could do.
struct BesideCopy: Sendable {
  /// The table as it is called in the snapshot.
  let label: String
  /// The table as it will be called.
  let name: String
  /// The tables with rows, under their new names.
  let tables: [Manifest.Table]
  /// Statements that make the tables.
  let preData: String
  /// Statements that make indexes, constraints and policies.
  let postData: String
  /// Statements that set its sequences.
  let values: [String]
  /// What the live database must have.
  let needs: BesideNeeds
  /// What is left out, for the person who asked.
  let omissions: [String]

  /// Makes it on a scratch server, which is gone afterwards.
  static func make(
    of content: SnapshotContent,
    name: String,
    taken: BesideNames.Taken,
    serverMajor: Int,
    options: RestoreOptions
  ) throws -> BesideCopy {
    let scratch = try BesideScratch.start(
      of: content,
      serverMajor: serverMajor,
      binaryDirectory: options.binaryDirectory
    )
    do {
      let copy = try make(on: scratch, content, name, taken, options)
      try scratch.remove()
      return copy
    } catch {
      // The first error is the one to report; the next start removes what stays.
      try? scratch.remove()
      if let error = error as? PostgresError {
        throw error.problem("cannot prepare the table's definition on the scratch server")
      }
      throw error
    }
  }

  private static func make(
    on scratch: BesideScratch,
    _ content: SnapshotContent,
    _ name: String,
    _ taken: BesideNames.Taken,
    _ options: RestoreOptions
  ) throws -> BesideCopy {
    let connection = try Connection.open(scratch.administration)
    let root = try BesideTree.root(
      options.tables[0],
      among: options.schemas,
      connection
    )
    try requireFree(name, in: root.schema, taken)
    let tree = try BesideTree.read(root, connection)
    var omissions = try scratch.complete(tree, connection)
    omissions += try tree.detach(connection)
    omissions += try tree.dropPoliciesOnOthers(connection)
    let needs = try BesideNeeds.read(tree, options.without, connection)
    let renames = try tree.rename(to: name, taken, connection)
    let members = tree.tables.map { renames.relation($0) }
    func script(_ section: Archive.Section) throws -> String {
      options.roles.rewrite(try scratch.dump(section, of: members, options))
    }
    return BesideCopy(
      label: root.label,
      name: "\(root.schema).\(name)",
      tables: try rows(of: tree, renames, content),
      preData: try script(.preData),
      postData: try script(.postData),
      values: renames.values(of: content.manifest.sequences),
      needs: needs.mapped(by: options.roles),
      omissions: omissions
    )
  }

  private static func requireFree(
    _ name: String,
    in schema: String,
    _ taken: BesideNames.Taken
  ) throws {
    guard taken[schema]?.contains(name) == true else { return }
    throw Problem(
      .refused,
      code: "restore.name-taken",
      "the live database already has a relation or type \(schema).\(name); nothing was changed",
      hint: "Choose another name with --rename."
    )
  }

  /// The manifest's tables, with the names that they get; a leaf alone is loaded directly.
  private static func rows(
    of tree: BesideTree,
    _ renames: BesideRenames,
    _ content: SnapshotContent
  ) throws -> [Manifest.Table] {
    let manifest = content.manifest
    let root = renames.relation(tree.root)
    return try tree.tables.filter(\.hasRows).map { relation in
      let found = manifest.tables.first {
        $0.schema == relation.schema && $0.name == relation.name
      }
      guard var table = found else {
        throw Problem(
          .refused,
          code: "restore.table-without-rows",
          "the snapshot has the definition of \(relation.label) and not its rows",
          hint: "Choose another snapshot, or restore the definition only: --schema-only."
        )
      }
      let renamed = renames.relation(relation)
      (table.schema, table.name) = (renamed.schema, renamed.name)
      if table.loadRoot != nil {
        table.loadRoot =
          tree.root.hasRows ? nil : Manifest.Root(schema: root.schema, name: root.name)
      }
      return table
    }
  }
}
