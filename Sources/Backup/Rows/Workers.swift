internal import Bytes
internal import Catalog
internal import Postgres
internal import Problems
internal import Repository
internal import Snapshot

/// Reads all pieces of a plan on several connections that share one snapshot.
struct Workers: Sendable {
  let crew: Crew
  let writer: SnapshotWriter
  let opening: Opening
  let reading: Reading
  let options: BackupOptions
  let seed: UInt64
  let progress: @Sendable (BackupProgress) -> Void

  /// Reads everything; the holder reads what no worker could lock.
  func run(holder: Session) async throws {
    guard !reading.plan.pieces.isEmpty else { return }
    try await crew.work { try work($0) }
    try await holder.run { connection in
      let reader = try rowReader(connection)
      while let piece = reading.nextForHolder() { try read(piece, with: reader) }
    }
  }

  private func work(_ connection: Connection) throws {
    let reader = try rowReader(connection)
    while let piece = reading.nextPiece() {
      try Task.checkCancellation()
      let table = reading.plan.tables[piece.table]
      if try connection.lockAtOnce([table.relation.name]) {
        try read(piece, with: reader)
      } else {
        reading.leaveToHolder(piece)
      }
    }
  }

  private func rowReader(_ connection: Connection) throws -> RowReader {
    let encoder = try writer.makeEncoder()
    let pace = pace(of: connection)
    return RowReader(
      connection: connection,
      encoding: opening.database.encoding,
      seed: seed,
      parents: ParentReader(reader: encoder.reader)
    ) { bytes, older in
      let chunk = try encoder.write(
        bytes,
        kind: .data,
        level: pace.level,
        after: older
      )
      pace.note(chunk)
      reading.tally.add(chunk)
      return chunk.id
    }
  }

  private func pace(of connection: Connection) -> CompressionPace {
    if case .level(let level) = options.compression { return CompressionPace(level: level) }
    let started = ContinuousClock.now
    return CompressionPace {
      CompressionPace.Clock(
        now: started.secondsAgo,
        waited: connection.secondsWaited,
        idle: CompressionPace.idleSeconds()
      )
    }
  }

  private func read(_ piece: ReadPlan.Piece, with reader: RowReader) throws {
    let started = ContinuousClock.now
    let outcome = try reader.read(piece, of: reading.plan.tables[piece.table])
    reading.record(outcome, of: piece, seconds: started.secondsAgo)
    try writer.renewIfDue()
    let done = reading.progress
    progress(
      BackupProgress(
        phase: "reading rows",
        bytes: done.pages * opening.blockSize,
        totalBytes: reading.plan.pagesToRead * opening.blockSize,
        rows: done.rows
      )
    )
  }
}
