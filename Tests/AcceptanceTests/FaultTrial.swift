import Postgres
import Processes
import TestSupport
import Testing

/// One fault in one run of the program on something live, and how what it leaves is ended.
struct FaultTrial {
  /// What is interrupted.
  enum Action: String, Sendable {
    case replace
    case undo
  }

  /// What a run left.
  private struct Left {
    /// Whether the run did what it was told to, as the data say.
    let isDone: Bool
    let copies: [ListedCopy]

    var states: [String] { copies.map(\.state) }
    var isLeft: Bool { !copies.isEmpty }
  }

  let target: any ReplacedTarget
  let way: ReplacedWay
  let action: Action
  /// What hangs on the name of the target, before and after.
  let surroundings: String
  let cell: FaultCell

  private var live: String { "live before \(cell.point.place)" }

  /// Makes the fault happen; whatever it leaves, the old state is there again in the end, or the
  /// new one where no copy of the old one is kept.
  func run() throws {
    if way.isDropping { try target.server.restoreRepository() }
    try target.setLive(live)
    if action == .undo { try target.replace().require(0) }
    let run = try faulted()
    try target.server.waitUntilAlone()
    let left = try look(run)
    expectEnding(run, left)
    expectTrue(run, left)
    if way.isDropping && left.isDone { try endDropped(left) } else { try end(left) }
    #expect(try target.surroundings() == surroundings, "\(cell)")
    try target.clear()
  }

  /// Somebody else is there, so that the session that ends others has something to do.
  private func faulted() throws -> Run {
    let log = "\(target.user.directory)/passed-\(cell.point.place)-\(cell.kind)"
    var variables = cell.variables
    variables["DRYDOCK_FAULT_LOG"] = log
    let visitor = try target.server.visit(target.settings.keywords["dbname"] ?? "")
    let run = try action == .replace ? target.replace(variables) : target.undo(variables)
    withExtendedLifetime(visitor) {}
    let met = PassedPoint.all(log: log).first { $0.place == cell.point.place }
    #expect(met?.verb == cell.point.verb, "the run did not come by: \(cell)")
    return run
  }

  private func look(_ run: Run) throws -> Left {
    let state = try #require(try target.state(), "\(cell)")
    let isOld = state == live
    #expect(isOld || state == "snapshot", "\(cell): \(state)")
    let left = Left(isDone: isOld == (action == .undo), copies: try target.listed())
    let allowed: [[String]] =
      switch (action, left.isDone) {
      case (.replace, false): [[], ["building"], ["proven"]]
      case (.replace, true): way.isDropping ? [["accepting"], []] : [["swapped"]]
      case (.undo, false): [["swapped"]]
      case (.undo, true): [["undone"]]
      }
    #expect(allowed.contains(left.states), "\(cell): \(left.states): \(run)")
    return left
  }

  /// A fault in what follows the exchange of names may be a notice; every other one is an error.
  private func expectEnding(_ run: Run, _ left: Left) {
    switch run.ending {
    case .signalled(9): #expect(cell.kind == .kill, "\(cell): \(run)")
    case .exited(0), .exited(7): #expect(left.isDone && cell.kind != .kill, "\(cell): \(run)")
    default: #expect(run.code != nil && run.missingOfError == [], "\(cell): \(run)")
    }
  }

  /// What the program said of the state must be so, and what is left must be said.
  private func expectTrue(_ run: Run, _ left: Left) {
    func says(_ words: String) -> Bool { run.errors.contains(words) }
    let truths: [(said: Bool, isSo: Bool)] = [
      (says("nothing was changed"), !left.isDone),
      (says("nothing was changed") && action == .replace, !left.isLeft || says("waits")),
      (says("waits"), !left.isDone && left.isLeft),
      (says("is left beside it"), !left.isDone && left.isLeft),
      (says("is dropped again"), !left.isDone && !left.isLeft),
    ]
    for truth in truths where truth.said { #expect(truth.isSo, "\(cell): not so: \(run)") }
    guard let code = run.code, code != 0, code != 7 else { return }
    if left.isDone {
      #expect(says("drydock restores") || says("--resume"), "\(cell): not said: \(run)")
    } else if left.isLeft, action == .replace {
      #expect(says("--undo") || says("drydock restores"), "\(cell): not said: \(run)")
    }
  }

  /// Resume at some points and undo at others; the state in the end is the old one.
  private func end(_ left: Left) throws {
    guard left.isLeft else {
      try refuse(try target.resume())
      #expect(try target.state() == live, "\(cell)")
      return
    }
    if cell.isEven || left.states == ["undone"] {
      try resume()
      // A copy that was created and no more is dropped, and so is an old one that nobody keeps.
      let after = try target.listed()
      if after.isEmpty {
        #expect(try target.state() == (way.isDropping ? "snapshot" : live), "\(cell)")
        return
      }
      let isOld = after.map(\.state) == ["undone"]
      #expect(try target.state() == (isOld ? live : "snapshot"), "\(cell)")
      if isOld { return }
    }
    let undo = try target.undo()
    #expect(undo.code == 0, "\(cell): \(undo)")
    #expect(try target.state() == live, "\(cell)")
    #expect(try target.listed().allSatisfy { $0.state == "undone" }, "\(cell)")
  }

  /// There is no old copy any more: what was live is in the safety snapshot.
  private func endDropped(_ left: Left) throws {
    if left.isLeft {
      let undo = try target.user.run(
        ["restore", "--undo", "--into", target.settings.argument]
      )
      try refuse(undo)
      #expect(undo.errors.contains("safe in snapshot"), "\(cell): \(undo)")
      try resume()
    }
    #expect(try target.state() == "snapshot", "\(cell)")
    #expect(try target.listed().isEmpty, "\(cell)")
    let safe = try target.user.newestSafetySnapshot()
    #expect(safe.contains(live), "\(cell): the safety snapshot has not what was live")
  }

  private func resume() throws {
    let run = try target.resume()
    #expect(run.code == 0, "\(cell): \(run)")
  }

  private func refuse(_ run: Run) throws {
    #expect(run.code != 0 && run.missingOfError == [], "\(cell): \(run)")
  }
}
