internal import Foundation
internal import Migration
internal import Postgres
internal import Problems
internal import Rehearsal
internal import Reports

/// A migration as `migrate` runs it: plan, find the receipt that fits, apply under it.
struct MigrationSession: Sendable {
  let settings: ConnectionSettings
  let directory: PatchDirectory
  /// Receipts to choose from, newest first.
  let receipts: [Receipt]
  /// Why no receipt is needed; nil when one is.
  let exemption: String?
  let gitSHA: String?
  let context: Context

  /// Applies what is pending.
  func migrate(_ request: Plan.Request) async throws -> [PatchOutcome] {
    if let exemption {
      context.warn("migrating \(settings) without a rehearsal: \(exemption)")
    }
    let chosen = try await choose { state in
      let plan = Plan(directory, state, request)
      try plan.requireSound()
      return plan.pending
    }
    guard let chosen else { return [] }
    let runner = Runner(settings, options(chosen.receipt))
    let observer = chosen.receipt
    return try await runner.onOwnLane { [directory, context, settings] runner in
      try runner.hold { held in
        let plan = held.plan(directory, request)
        try plan.requireSound()
        if let receipt = observer {
          // Looked at again while the lock is held: nobody else's migration can come between.
          let live = try LiveDatabase.read(try Connection.open(settings))
          try Self.check(receipt, live, plan.pending).require()
        }
        return try plan.pending.map { patch in
          context.progress.report(.init(phase: "applying \(patch.file)"))
          return try held.apply(patch, observer: observer.map { ReceiptObserver($0) })
        }
      }
    }
  }

  /// The receipt that fits what is pending; nil when nothing is pending.
  private func choose(
    _ pending: @escaping @Sendable (Ledger.State) throws -> [Patch]
  ) async throws -> (receipt: Receipt?, patches: [Patch])? {
    let (live, patches) = try await Lane("drydock.live").run { [settings] in
      do {
        let live = try LiveDatabase.read(try Connection.open(settings))
        return (live, try pending(live.ledger))
      } catch let error as PostgresError {
        throw error.problem("cannot look at \(settings)")
      }
    }
    guard !patches.isEmpty else { return nil }
    guard exemption == nil else { return (nil, patches) }
    return (try receipt(for: live, patches), patches)
  }

  private func receipt(for live: LiveDatabase, _ patches: [Patch]) throws -> Receipt {
    let own = receipts.filter { $0.target.database == live.target.database }
    let checks = own.map { ($0, Self.check($0, live, patches)) }
    if let (receipt, check) = checks.first(where: { $0.1.mismatches.isEmpty }) {
      context.detail("receipt \(receipt.id) of the data of \(receipt.dataTime)")
      for line in check.outsideDrift {
        context.note("changed since the snapshot, outside of what the patches touch: \(line)")
      }
      return receipt
    }
    if let newest = checks.first { try newest.1.require() }
    throw Problem(
      .refused,
      code: "migrate.no-receipt",
      "no rehearsal of these patches on this database is known; nothing was run",
      facts: patches.map { .init("pending", $0.file) },
      hint: "drydock rehearse --database ... first, or --without-receipt --because 'why'."
    )
  }

  static func check(_ receipt: Receipt, _ live: LiveDatabase, _ pending: [Patch]) -> ReceiptCheck {
    ReceiptCheck(receipt, live: live, pending: pending, now: Int(Date().timeIntervalSince1970))
  }

  func options(_ receipt: Receipt?) -> Runner.Options {
    var options = Runner.Options(toolVersion: ToolVersion.number)
    options.gitSHA = gitSHA
    options.receipt = receipt?.id
    options.reason = exemption
    return options
  }

  /// What was applied.
  func report(_ outcomes: [PatchOutcome]) -> Report {
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
      blocks: outcomes.isEmpty ? [.paragraph("Nothing is pending.")] : [.table(table)],
      json: [
        "event": "result",
        "applied": .array(
          outcomes.map {
            [
              "version": .string("\($0.version)"), "name": .string($0.name),
              "seconds": .number($0.seconds), "attempts": JSONValue($0.attempts),
            ]
          }
        ),
      ]
    )
  }
}
