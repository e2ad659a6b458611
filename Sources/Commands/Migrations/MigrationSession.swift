internal import FoundationEssentials
internal import Migration
internal import Postgres
internal import Problems
internal import Rehearsal
internal import Reports

/// A migration as `migrate` runs it: plan, find the receipt that fits, apply under it.
struct MigrationSession: Sendable {
  let settings: ConnectionSettings
  var directory: PatchDirectory
  /// Receipts to choose from, newest first.
  let receipts: [Receipt]
  /// Whether a person named the receipt, so that whatever does not fit is told.
  let isReceiptGiven: Bool
  /// Revocations by the receipt's id.
  let revocations: [String: Revocation]
  /// The policy in force; nil for none.
  let policy: PolicyFile?
  /// Why no receipt is needed; nil when one is.
  let exemption: String?
  let gitSHA: String?
  let context: Context
  /// The schema to run the patches in; nil for the database.
  var tenant: String?
  /// How backfills run.
  var backfill = BackfillOptions()

  /// Applies what is pending.
  ///
  /// - Parameters:
  ///   - request: How far.
  ///   - only: The one patch that may be pending until there; nil for any.
  /// - Returns: What came of each.
  /// - Throws: A `Problem`; patches before the one that failed stay applied.
  func migrate(_ request: Plan.Request, only: Version? = nil) async throws -> [PatchOutcome] {
    let chosen = try await choose { state in
      try Self.pending(Plan(directory, state, request), only)
    }
    guard let chosen else { return [] }
    if chosen.receipt == nil {
      for patch in chosen.patches where patch.script.directives.locksFirst {
        context.warn("\(patch.file) is lock-first, and without a receipt nothing is locked first")
      }
    }
    let runner = Runner(settings, options(chosen.receipt))
    return try await runner.onOwnLane { [self] runner in
      var outcomes: [PatchOutcome] = []
      do {
        try runner.hold { held in
          let pending = try Self.pending(held.plan(directory, request), only)
          try requireStillFitting(chosen.receipt, .up, pending)
          for patch in pending {
            outcomes.append(try apply(patch, held, under: chosen.receipt))
          }
        }
      } catch  where !outcomes.isEmpty {
        throw Problem(ending: error).stopping(after: outcomes, "applied before")
      }
      return outcomes
    }
  }

  /// What a plan will run, if it may.
  static func pending(_ plan: Plan, _ only: Version?) throws -> [Patch] {
    try plan.requireSound()
    let others = plan.pending.filter { $0.version != only }
    guard let only, !others.isEmpty else { return plan.pending }
    throw Problem(
      .refused,
      code: "backfill.others-pending",
      "patches before \(only) have not run",
      facts: others.map { .init("pending", $0.file) },
      hint: "Apply them first: drydock migrate --to \(others.last.map { "\($0.version)" } ?? "")"
    )
  }

  private func apply(
    _ patch: Patch,
    _ held: HeldRunner,
    under receipt: Receipt?
  ) throws -> PatchOutcome {
    context.progress.report(.init(phase: "applying \(patch.file)"))
    let own = receipt.map { ReceiptObserver($0, .up, in: held.state) }
    return try held.apply(patch, observer: watched(patch, own))
  }

  /// Looks again while the lock is held: nobody else's migration can come between.
  func requireStillFitting(
    _ receipt: Receipt?,
    _ direction: Receipt.Direction,
    _ patches: [Patch]
  ) throws {
    guard let receipt, !patches.isEmpty else { return }
    try check(receipt, try lookedAt(), direction, patches).require()
  }

  /// Shows how far a long statement has come, beside the observer that compares with the receipt.
  private func watched(_ patch: Patch, _ own: ReceiptObserver?) -> any RunObserver {
    LongStatementObserver(beside: own, settings) { [context] seen in
      let share = seen.total > 0 ? " \(seen.done * 100 / seen.total) %" : ""
      context.progress.report(.init(phase: "\(patch.file): \(seen.phase)\(share)"))
    }
  }

  /// The receipt that fits what is pending; nil when nothing is pending.
  func choose(
    _ pending: @escaping @Sendable (Ledger.State) throws -> [Patch]
  ) async throws -> (receipt: Receipt?, patches: [Patch])? {
    if let exemption {
      context.warn("migrating \(settings) without a rehearsal: \(exemption)")
      let patches = try pending(try await context.ledger(of: settings, tenant: tenant))
      return patches.isEmpty ? nil : (nil, patches)
    }
    let live = try await liveDatabase()
    let patches = try pending(live.ledger)
    guard !patches.isEmpty else { return nil }
    return (try receipt(for: live, .up, patches), patches)
  }

  /// What the database says of itself now; blocks.
  func lookedAt() throws -> LiveDatabase {
    try LiveDatabase.read(try Connection.openForOwnQueries(settings), tenant: tenant)
  }

  /// What the database says of itself now.
  func liveDatabase() async throws -> LiveDatabase {
    try await Lane("drydock.live").run { [self] in
      do {
        return try lookedAt()
      } catch let error as PostgresError {
        throw error.problem("cannot look at \(settings)")
      }
    }
  }

  /// The first receipt that fits; throws what does not fit of the newest that might.
  func receipt(
    for live: LiveDatabase,
    _ direction: Receipt.Direction,
    _ patches: [Patch]
  ) throws -> Receipt {
    let candidates = receipts.filter {
      isReceiptGiven || $0.isCandidate(live, tenant, direction, patches)
    }
    for receipt in candidates {
      let check = try check(receipt, live, direction, patches)
      guard let mismatch = check.mismatches.first else {
        tell(receipt, check)
        return receipt
      }
      context.detail("receipt \(receipt.id) does not fit: \(mismatch)")
    }
    // The newest may be some pull request's: the one that begins as this run does is nearer.
    let nearest = candidates.first { $0.covers(patches.prefix(1)) } ?? candidates.first
    if let nearest { try check(nearest, live, direction, patches).require() }
    throw Self.noReceipt(direction, patches)
  }

  /// What a person should know of the receipt that fits.
  private func tell(_ receipt: Receipt, _ check: ReceiptCheck) {
    context.detail("receipt \(receipt.id) of the data of \(receipt.dataTime)")
    if receipt.session == nil {
      context.note("receipt \(receipt.id) was made without a look at the session of production")
    }
    for line in check.outsideDrift {
      context.note("changed since the snapshot, outside of what the patches touch: \(line)")
    }
  }

  static func noReceipt(_ direction: Receipt.Direction, _ patches: [Patch]) -> Problem {
    guard direction == .up else {
      let file = patches.first?.file ?? "the patch"
      return Problem(
        .refused,
        code: "undo.not-rehearsed",
        "no rehearsal of taking back \(file) on this database is known; nothing was run",
        hint: "drydock backup, then drydock rehearse --undo"
          + " \(patches.first.map { "\($0.version)" } ?? "VERSION");"
          + " or --without-receipt --because 'why'."
      )
    }
    return Problem(
      .refused,
      code: "migrate.no-receipt",
      "no rehearsal of these patches on this database is known; nothing was run",
      facts: patches.map { .init("pending", $0.file) },
      hint: "drydock rehearse --database ... first, or --without-receipt --because 'why'."
    )
  }

  func check(
    _ receipt: Receipt,
    _ live: LiveDatabase,
    _ direction: Receipt.Direction,
    _ patches: [Patch]
  ) throws -> ReceiptCheck {
    var occasion = ReceiptCheck.Occasion(
      live: live,
      patches: patches,
      now: Int(Date().timeIntervalSince1970),
      tool: RehearsalSession.tool
    )
    occasion.direction = direction
    occasion.policy = policy
    occasion.hooks = context.configuration.rehearsalHooks
    occasion.label = context.configuration.label
    occasion.tenant = tenant
    occasion.revocations = revocations
    return try ReceiptCheck(receipt, for: occasion)
  }

  func options(_ receipt: Receipt?) -> Runner.Options {
    var options = Runner.Options(toolVersion: ToolVersion.number)
    options.gitSHA = gitSHA
    options.receipt = receipt?.id
    options.reason = exemption
    options.firstLocks = receipt?.firstLocks ?? [:]
    options.tenant = tenant
    options.backfill = backfill
    return options
  }

  /// What was applied, or taken back.
  func report(_ direction: Receipt.Direction, _ outcomes: [PatchOutcome]) -> Report {
    var table = Table([
      .text("version"), .flexible("patch"), .number("statements"), .number("time"),
    ])
    for outcome in outcomes {
      table.add(
        "\(outcome.version)",
        outcome.name,
        Quantity.count(outcome.statements),
        Quantity.duration(.seconds(outcome.seconds))
      )
    }
    return Report(
      blocks: (outcomes.isEmpty ? [.paragraph(direction.nothingToDo)] : [.table(table)])
        + outcomes.filter { !$0.isComplete }.map { .paragraph(whatIsLeft(of: $0)) },
      json: [
        "event": "result",
        direction.outcome: .array(
          outcomes.map {
            [
              "version": .string("\($0.version)"), "name": .string($0.name),
              "seconds": .number($0.seconds), "attempts": JSONValue($0.attempts),
              "complete": .boolean($0.isComplete),
              "rows": $0.backfill.map { JSONValue($0.rows) } ?? .null,
            ]
          }
        ),
      ]
    )
  }

  /// What a person must know of a backfill that was told to stop before its end.
  private func whatIsLeft(of outcome: PatchOutcome) -> String {
    "Rows of \(outcome.name) are left, as was asked for; it counts as unfinished. Go on with: "
      + NextCommand(tenant: tenant).backfillRun(outcome.version)
  }
}

extension Receipt {
  /// Whether a receipt of the repository is meant at all, so that what does not fit is worth telling.
  func isCandidate(
    _ live: LiveDatabase,
    _ schema: String?,
    _ wanted: Direction,
    _ patches: [Migration.Patch]
  ) -> Bool {
    guard target.database == live.target.database, tenant == schema else { return false }
    return (wanted == .down || direction == .up) && covers(patches)
  }

  /// Whether it is for any of these patches.
  func covers(_ wanted: some Sequence<Migration.Patch>) -> Bool {
    let versions = Set(patches.map(\.version))
    return wanted.contains { versions.contains("\($0.version)") }
  }
}
