internal import Bytes
internal import Postgres
internal import Problems
internal import Repository
internal import Snapshot

/// Reads all pieces of a plan on several connections that share one snapshot.
struct Workers: Sendable {
  let settings: ConnectionSettings
  let writer: SnapshotWriter
  let opening: Opening
  let reading: Reading
  let options: BackupOptions
  let seed: UInt64
  let progress: @Sendable (BackupProgress) -> Void

  /// Reads everything; the holder reads what no worker could lock.
  func run(holder: Session) async throws {
    let count = max(1, min(options.jobs, opening.plan.pieces.count))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<count { group.addTask { try await work() } }
      try await group.waitForAll()
    }
    try await holder.run { connection in
      let reader = try rowReader(connection)
      while let piece = reading.nextForHolder() { try read(piece, with: reader) }
    }
  }

  private func work() async throws {
    let session = try await Session.open(settings)
    do {
      try await session.run { connection in
        let reader = try rowReader(connection)
        try reader.join(opening.read.snapshotID)
        while let piece = reading.nextPiece() {
          try Task.checkCancellation()
          let table = reading.plan.tables[piece.table]
          if try reader.lockAtOnce(table.relation) {
            try read(piece, with: reader)
          } else {
            reading.leaveToHolder(piece)
          }
        }
      }
      await session.close()
    } catch {
      await session.close()
      throw error
    }
  }

  private func rowReader(_ connection: Connection) throws -> RowReader {
    let encoder = try writer.makeEncoder()
    return RowReader(
      connection: connection,
      encoding: opening.database.encoding,
      seed: seed
    ) { bytes in
      let chunk = try encoder.write(bytes, kind: .data, level: options.compressionLevel)
      reading.tally.add(chunk)
      return chunk.id
    }
  }

  private func read(_ piece: ReadPlan.Piece, with reader: RowReader) throws {
    let started = ContinuousClock.now
    let stripes = try reader.read(piece, of: reading.plan.tables[piece.table])
    reading.record(stripes, of: piece, seconds: started.secondsAgo)
    try writer.renewIfDue()
    let done = reading.progress
    progress(
      BackupProgress(
        phase: "reading rows",
        bytes: done.pages * opening.blockSize,
        totalBytes: opening.totalPages * opening.blockSize,
        rows: done.rows
      )
    )
  }
}
