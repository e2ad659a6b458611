internal import Problems

extension HeldRunner {
  /// Tries the dead letters of a backfill again, each row alone.
  ///
  /// - Parameters:
  ///   - patch: The backfill.
  ///   - text: Only letters with this error text; all when nil.
  ///   - observer: Watches each statement.
  /// - Returns: What came of it; complete when none is left, or when the backfill became so.
  /// - Throws: A `Problem`, also when the backfill has never run, or was edited since it was complete.
  @discardableResult
  public func replay(
    _ patch: Patch,
    withText text: String? = nil,
    observer: (any RunObserver)? = nil
  ) throws -> PatchOutcome {
    guard let event = state[patch.version], event.appliedAt != nil,
      event.isApplied || event.kind == .applied, let backfill = patch.script.backfill,
      let statement = patch.script.statements.first
    else { throw BackfillProblem.notBegun(patch) }
    guard event.isUnfinished || event.identity.normalised == patch.script.identity.normalised else {
      throw BackfillProblem.edited(patch)
    }
    guard event.isUnfinished || patch.script.variables.isEmpty else {
      throw BackfillProblem.usesVariables(patch)
    }
    return try guarded(patch) {
      let run = forward(patch)
      return try BackfillRun(self, run, backfill, statement, observer).replay(withText: text)
    }
  }
}
