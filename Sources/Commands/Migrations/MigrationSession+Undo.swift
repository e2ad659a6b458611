internal import Migration
internal import Postgres
internal import Problems
internal import Rehearsal

extension MigrationSession {
  /// Takes patches back, each under a receipt that covers its way back: that of the rehearsal under
  /// which it was applied, or of a rehearsal of its undo file (docs/decisions/0030).
  ///
  /// The lock is held from the choice of the patches to the end of the last, so that no other run
  /// comes between. Nothing is begun unless each of them has, where one is needed, a receipt that
  /// may cover it; each is held against the database in its turn.
  ///
  /// - Parameter choose: The patches that can be taken back, in order.
  /// - Returns: What came of each.
  /// - Throws: The first `Problem`; it names what was taken back before.
  func takeBack(
    _ choose: @escaping @Sendable (HeldRunner) throws -> [Patch]
  ) async throws -> [PatchOutcome] {
    if let exemption {
      context.warn("taking a patch back on \(settings) without a rehearsal: \(exemption)")
    }
    return try await Runner(settings, options(nil)).onOwnLane { [self] runner in
      try runner.hold { held in
        let patches = try choose(held)
        try requireCandidates(patches)
        var outcomes: [PatchOutcome] = []
        for patch in patches {
          do {
            outcomes.append(try takeBack(patch, held))
          } catch let problem as Problem where !outcomes.isEmpty {
            throw problem.stopping(after: outcomes, "taken back before")
          } catch let error as PostgresError where !outcomes.isEmpty {
            throw runner.problem(of: error).stopping(after: outcomes, "taken back before")
          }
        }
        return outcomes
      }
    }
  }

  private func takeBack(_ patch: Patch, _ held: HeldRunner) throws -> PatchOutcome {
    let receipt = exemption == nil ? try receipt(for: lookedAt(), .down, [patch]) : nil
    held.proceed(with: options(receipt))
    return try held.undo(
      directory,
      patch.version,
      observer: receipt.map { ReceiptObserver($0, .down, in: held.state) }
    )
  }

  private func requireCandidates(_ patches: [Patch]) throws {
    guard exemption == nil, patches.count > 1 else { return }
    let live = try lookedAt()
    for patch in patches
    where !receipts.contains(where: { $0.isCandidate(live, tenant, .down, [patch]) }) {
      throw Self.noReceipt(.down, [patch])
    }
  }
}
