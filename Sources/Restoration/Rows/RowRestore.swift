internal import Postgres
internal import Repository
internal import Snapshot

/// Loads the rows of tables on several connections, which also build indexes and compare digests.
struct RowRestore: Sendable {
  let content: SnapshotContent
  let settings: ConnectionSettings
  let options: RestoreOptions
  let progress: @Sendable (RestoreProgress) -> Void

  /// Loads what a plan lists.
  ///
  /// - Parameters:
  ///   - tables: The tables of the plan, to be compared where the options want that.
  ///   - plan: Their stripes in pieces.
  ///   - builds: The indexes to build as soon as their table is there.
  /// - Throws: The first error of any connection.
  func run(
    _ tables: [Manifest.Table],
    _ plan: LoadPlan,
    _ builds: [Int: [IndexBuild]]
  ) async throws {
    let encoding = content.manifest.database.encoding
    let comparison = DigestComparison(
      of: tables,
      seed: content.repository.digestSeed,
      encoding: encoding
    )
    let schedule = RestoreSchedule(
      plan.pieces,
      builds: builds,
      claims: options.verifies ? comparison.claims : []
    )
    try await workers { connection in
      do {
        let loader = RowLoader(
          connection: connection,
          repository: content.repository,
          encoding: encoding
        )
        while let step = schedule.next() {
          try Task.checkCancellation()
          switch step {
          case .load(let piece):
            try connection.transaction { try loader.load(piece.stripes, of: piece.table) }
            schedule.loaded(piece)
            report(plan.record(piece), of: plan.totalBytes)
          case .build(let build):
            try build.run(on: connection)
          case .compare(let claim):
            try connection.transaction("READ ONLY") { try comparison.check(claim, on: connection) }
          }
        }
      } catch {
        schedule.stop()
        throw error
      }
    }
  }

  /// Runs `body` on several connections at the same time.
  private func workers(_ body: @escaping @Sendable (Connection) throws -> Void) async throws {
    let settings = options.loader ?? self.settings
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<max(1, options.jobs) {
        group.addTask {
          let session = try await Session.open(settings)
          try await session.run { connection in
            try connection.freeFromTimeLimits()
            try body(connection)
          }
          await session.close()
        }
      }
      try await group.waitForAll()
    }
  }

  private func report(_ done: (bytes: Int, rows: Int), of totalBytes: Int) {
    progress(
      RestoreProgress(
        phase: "loading rows",
        bytes: done.bytes,
        totalBytes: totalBytes,
        rows: done.rows
      )
    )
  }
}
