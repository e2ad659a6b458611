internal import Reports
internal import Synchronization

/// What a person or a program sees while a fleet's run is on: a line for each member that has ended.
///
/// Members end and report on many threads; one at a time reaches the screen.
final class FleetBoard: Sendable {
  private let context: Context
  private let work: String
  private let count: Int
  private let width: Int
  private let ended = Mutex(0)

  init(_ work: String, _ members: [FleetMember], in context: Context) {
    self.context = context
    self.work = work
    count = members.count
    width = members.map { DisplayWidth.of($0.name) }.max() ?? 0
  }

  /// Shows what a member is at.
  func progress(of name: String, _ progress: Progress) {
    ended.withLock { ended in
      let done = "\(Quantity.count(ended)) of \(Quantity.count(count)), "
      let subject = progress.subject.isEmpty ? "" : " \(progress.subject)"
      context.progress.report(
        Progress(phase: work, subject: "\(done)\(name): \(progress.phase)\(subject)")
      )
    }
  }

  /// Tells what came of a member.
  func end(_ ending: MemberEnding) {
    ended.withLock { ended in
      ended += 1
      guard !context.isJSON else { return context.world.output.line(ending.event.compact) }
      context.note(
        "\(DisplayWidth.pad(ending.name, to: width))  "
          + "\(DisplayWidth.pad(ending.status.fleetWord, to: MemberEnding.wordWidth))  "
          + "\(ending.figure), \(Quantity.duration(ending.time))"
      )
    }
  }
}
