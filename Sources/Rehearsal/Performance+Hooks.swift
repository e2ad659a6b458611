internal import Migration
internal import Problems

/// The hooks of a rehearsal.
extension Performance {
  private var hooks: RehearsalHooks { rehearsal.options.hooks }

  /// Runs the hooks of a moment, each although one before it failed.
  mutating func runHooks(_ moment: RehearsalHooks.Moment) throws {
    let run = HookRun(
      scratch: scratch,
      migrator: rehearsal.options.migrator,
      tenant: rehearsal.options.tenant
    )
    for hook in moment == .before ? hooks.before : hooks.after {
      rehearsal.progress("running \(hook.name) \(moment.rawValue) the patches")
      hookObservations.append(try run.run(hook, moment))
    }
  }

  /// Runs the hooks that look at the migrated scratch.
  ///
  /// They come last: all that is said of patches and of their undo files has been seen by then, and
  /// whatever a hook writes is in none of it. So patches that were taken back are applied again.
  mutating func runLastHooks(_ held: HeldRunner, _ request: Plan.Request) throws {
    guard !hooks.after.isEmpty else { return }
    for patch in held.plan(rehearsal.patches, request).pending {
      rehearsal.progress("applying \(patch.file) again")
      do {
        try held.apply(patch)
      } catch let problem as Problem where problem.kind != .interrupted {
        return hookObservations.append(
          HookObservation(
            moment: .after,
            name: hooks.after[0].name,
            seconds: 0,
            failure: "it could not run: \(patch.file) was taken back and does not apply again: "
              + problem.summary + (problem.reason.map { ": \($0)" } ?? "")
          )
        )
      }
    }
    try runHooks(.after)
  }
}
