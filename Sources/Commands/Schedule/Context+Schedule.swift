internal import FoundationEssentials
internal import Problems
internal import Schedule
internal import Terminal

/// Where a plan is remembered, and as what.
extension Context {
  /// The machine's own directory for what a service remembers (file-hierarchy(7)).
  private static let systemState = "/var/lib/drydock"

  /// The directory for what must outlive a run: systemd's, the user's, the machine's where this user owns
  /// it, or the one of the XDG Base Directory Specification.
  func stateDirectory() throws -> String {
    let environment = world.environment
    let absolute = { (name: String) in environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
    if let user = absolute("XDG_STATE_HOME") { return "\(user)/drydock" }
    let owner = FileFacts(path: Self.systemState)?.owner
    if owner == ProcessSurroundings.user { return Self.systemState }
    if let home = absolute("HOME") { return "\(home)/.local/state/drydock" }
    throw Problem(
      .usage,
      code: "usage.no-state-directory",
      "There is no place to remember what the plan did",
      reason: "neither XDG_STATE_HOME nor HOME names a directory",
      hint: "Set XDG_STATE_HOME to a directory that this user may write to."
    )
  }

  /// Which plan this call is about.
  func planIdentity() throws -> PlanIdentity {
    PlanIdentity(
      profile: configuration.profile,
      repository: absolute(try repositoryAddress()),
      database: configuration.database.map { "\($0)" } ?? ""
    )
  }

  /// The clock on the wall of this machine.
  var localClock: LocalClock { LocalClock { LocalTime.offset(at: $0) } }

  /// The clock of this call.
  var clock: WallClock { WallClock(now: world.now, pause: world.pause) }
}
