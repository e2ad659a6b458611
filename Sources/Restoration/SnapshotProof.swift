internal import Problems
internal import Repository
internal import Snapshot

/// Opens a snapshot to its last byte before anything live is touched.
///
/// A dump that turns out to be truncated after the drop has cost people their data; here every
/// chunk is there, decrypts, decompresses and hashes to its name first.
struct SnapshotProof: Sendable {
  let work: RestoreWork

  init(
    _ content: SnapshotContent,
    schema: String,
    options: ReplacementOptions,
    serverVersion: Int
  ) throws {
    var restore = RestoreOptions()
    restore.schemas = [schema]
    restore.without = options.without
    restore.binaryDirectory = options.binaryDirectory
    let selection = try RestoreSelection(options: restore, manifest: content.manifest)
    work = try RestoreWork(
      content: content,
      selection: selection,
      options: restore,
      serverVersion: serverVersion
    )
    let reader = try content.repository.makeReader()
    for (table, stripes) in work.tables { try Self.open(table, stripes, reader) }
  }

  private static func open(
    _ table: Manifest.Table,
    _ stripes: [Stripe],
    _ reader: ChunkReader
  ) throws {
    for stripe in stripes {
      let bytes = try stripe.chunks.reduce(0) { try $0 + reader.read($1, kind: .data).count }
      guard bytes >= stripe.bytes else { throw short(table, "a stripe has \(bytes) bytes") }
    }
    let rows = stripes.reduce(0) { $0 + $1.rows }
    guard rows == table.rows, stripes.reduce(0, { $0 + $1.bytes }) == table.bytes else {
      throw short(table, "its stripes have \(rows) rows of \(table.rows)")
    }
  }

  private static func short(_ table: Manifest.Table, _ reason: String) -> Problem {
    Problem(
      .damaged,
      code: "snapshot.stripe",
      "table \(table.label) is not whole in the snapshot",
      reason: reason,
      hint: "Nothing was changed. Run drydock check --read-data, and restore an older snapshot."
    )
  }
}
