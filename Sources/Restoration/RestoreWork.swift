internal import Catalog
internal import Problems
internal import Repository
internal import Snapshot

/// What a restore needs to know before it changes anything: definition, stripes, large objects.
struct RestoreWork: Sendable {
  let archive: Archive
  let selection: RestoreSelection
  /// Entries of the table of contents to restore, of both sections; nil for all.
  let definition: [Archive.Entry]?
  /// The same with security labels, as `pg_dump` would write all of it; nil for all.
  let everything: [Archive.Entry]?
  /// The security labels, which are no part of those.
  let labels: [Archive.Entry]
  let tables: [(table: Manifest.Table, stripes: [Stripe])]
  let plan: LoadPlan
  let largeObjects: [LargeObjectList.Item]
  /// Sequences that belong to tables which were asked for by name.
  private let ownedSequences: Set<RelationName>
  /// Whether the definition fits the lock table of a server with default settings.
  let fitsOneTransaction: Bool

  private static let relationsInTransaction = 1000

  init(
    content: SnapshotContent,
    selection: RestoreSelection,
    options: RestoreOptions,
    serverVersion: Int
  ) throws {
    let reader = try content.repository.makeReader()
    self.selection = selection
    archive = try Archive(
      of: content,
      reader: reader,
      serverMajor: serverVersion / 10000,
      binaryDirectory: options.binaryDirectory
    )
    let parts = try TableParts(of: selection, in: archive)
    ownedSequences = parts.sequences
    let chosen = try Self.entries(archive, selection, options, parts)
    everything = chosen
    labels = try (chosen ?? archive.entries()).filter(\.isLabel)
    definition = labels.isEmpty ? chosen : try (chosen ?? archive.entries()).filter { !$0.isLabel }
    tables = try selection.tables.map { ($0, try content.stripes(of: $0, reader)) }
    plan = LoadPlan(tables)
    largeObjects =
      selection.isWhole && options.sampledRows == nil ? try content.largeObjects(reader) : []
    let manifest = content.manifest
    let relations =
      manifest.tables.count + manifest.sequences.count + manifest.materializedViews.count
    fitsOneTransaction = relations <= Self.relationsInTransaction
    try Self.requirePresence(of: tables, reader)
  }

  /// The entries of the table of contents to restore; nil for all.
  private static func entries(
    _ archive: Archive,
    _ selection: RestoreSelection,
    _ options: RestoreOptions,
    _ parts: TableParts
  ) throws -> [Archive.Entry]? {
    let all = try archive.entries()
    let chosen = selection.entries(all, parts)
    guard options.isNeutralised else { return chosen }
    let isShared = options.isOnSharedServer
    return (chosen ?? all).filter { !$0.reachesOutside && !(isShared && $0.isEventTrigger) }
  }

  /// Whether a sequence is restored.
  func includesSequence(_ schema: String, _ name: String) -> Bool {
    selection.includes(schema, name)
      || ownedSequences.contains(RelationName(schema: schema, name: name))
  }

  /// Every chunk must be there before the first statement; what it holds is proven on the way.
  private static func requirePresence(
    of tables: [(table: Manifest.Table, stripes: [Stripe])],
    _ reader: ChunkReader
  ) throws {
    for (table, stripes) in tables {
      let missing = try stripes.reduce(0) { count, stripe in
        try count + stripe.chunks.filter { try !reader.contains($0) }.count
      }
      guard missing == 0 else {
        throw Problem(
          .damaged,
          code: "snapshot.missing-chunks",
          "\(missing) chunks of table \(table.label) are missing in the repository",
          hint: "Nothing was changed. Run drydock check, and restore an older snapshot meanwhile."
        )
      }
    }
  }
}
