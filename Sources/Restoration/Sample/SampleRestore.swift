internal import Postgres
internal import Repository
internal import Snapshot

/// Restores a sample of each table's rows, and every row that one of them refers to.
///
/// Foreign keys must hold on it, or the definition could not be completed. A row that is referred to
/// is looked for in the rest of its table by the text of its key. What is not found in a few
/// dozen rounds, since its text is written otherwise or the chain is long, takes the row that refers to
/// it out of the sample: so it always ends, and is always closed.
struct SampleRestore: Sendable {
  /// After so many rounds rows are no longer brought, only taken away.
  private static let rounds = 32

  let content: SnapshotContent
  let settings: ConnectionSettings
  let options: RestoreOptions
  let sample: RowSample
  let progress: @Sendable (RestoreProgress) -> Void

  /// Loads the sample into the tables of a definition that has no constraints yet.
  func run(_ work: RestoreWork) async throws {
    let lane = Lane("drydock.sample")
    let references = try await lane.run { [content, options] in
      try SampleReferences(of: content, work, options)
    }
    let chosen = work.tables.map { table, stripes in
      SampledTable(
        table: table,
        stripes: stripes,
        places: references.needWhole.contains(table.oid)
          ? Array(stripes.indices) : sample.places(in: stripes)
      )
    }
    try await RowRestore(content: content, settings: settings, options: options, progress: progress)
      .run([], LoadPlan(chosen.map { ($0.table, $0.chosen) }), [:])
    try await lane.run { [self] in try close(chosen, references) }
  }

  private func close(_ tables: [SampledTable], _ references: SampleReferences) throws {
    let user = options.loader ?? settings
    do {
      let connection = try Connection.open(user)
      try connection.freeFromTimeLimits()
      var closure = SampleClosure(
        connection: connection,
        content: content,
        tables: tables,
        references: references
      )
      for round in 1... {
        try Task.checkCancellation()
        let isBackwards = round.isMultiple(of: 2)
        let brought = round <= Self.rounds ? try closure.bring(isBackwards: isBackwards) : 0
        if brought == 0, try closure.takeAway() == 0 { return }
      }
    } catch let error as PostgresError {
      throw error.problem("cannot bring the rows that a sample refers to")
    }
  }
}

/// A table with the stripes of which the sample takes all rows.
struct SampledTable: Sendable {
  let table: Manifest.Table
  let stripes: [Stripe]
  let places: [Int]

  var chosen: [Stripe] { places.map { stripes[$0] } }

  /// The places of the stripes of which it takes single rows only.
  var rest: [Int] {
    let taken = Set(places)
    return stripes.indices.filter { !taken.contains($0) }
  }
}
