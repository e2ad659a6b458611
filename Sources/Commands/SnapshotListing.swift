internal import Problems
internal import Reports
internal import Repository
internal import Snapshot

/// The snapshots of a repository, as one look at all of them found them.
///
/// One that is damaged keeps nobody from the others. Only where it could be the one that is meant,
/// somebody has to say so: an older one in its place would lose what came between.
struct SnapshotListing: Sendable {
  /// A snapshot whose manifest cannot be read.
  struct Damaged: Sendable {
    let name: SnapshotName
    let problem: Problem
  }

  /// Those that the key in use opens, oldest first.
  let opened: [SnapshotContent]
  /// Those that nobody can read any more, oldest first.
  let damaged: [Damaged]
  /// How many the key in use may not read.
  let hidden: Int

  /// Looks at all of them.
  ///
  /// - Parameter repository: Where they are.
  /// - Throws: What the store throws when it does not answer.
  init(of repository: Repository) throws {
    let tags = try TagTable(of: repository)
    var opened: [SnapshotContent] = []
    var damaged: [Damaged] = []
    var hidden = 0
    for name in try repository.snapshots() {
      switch try SnapshotLook(at: name, in: repository) {
      case .opened(let content): opened.append(try tags.tagging(content))
      case .hidden: hidden += 1
      case .forgotten: break
      case .damaged(let problem): damaged.append(Damaged(name: name, problem: problem))
      }
    }
    self.opened = opened.sorted { ($0.manifest.taken, $0.name) < ($1.manifest.taken, $1.name) }
    self.damaged = damaged
    self.hidden = hidden
  }

  /// Says how many snapshots the key in use does not show; nil where it shows all.
  var hiddenNotice: String? {
    guard hidden > 0 else { return nil }
    return "\(Quantity.count(hidden, "snapshot", "snapshots")) of others cannot be read with "
      + "this key: its slot has role write, which reads its own only."
  }

  /// A sentence about each that is damaged.
  var warnings: [String] {
    damaged.map {
      "snapshot \($0.name) is damaged: \($0.problem.reason ?? $0.problem.summary); "
        + "drydock forget \($0.name.shortID) takes it out"
    }
  }

  /// The snapshot of a whole name; nil where there is none.
  ///
  /// - Parameter text: The name.
  /// - Returns: The snapshot with its tags.
  /// - Throws: Why it cannot be read, where it is damaged.
  func snapshot(named text: String) throws -> SnapshotContent? {
    if let lost = damaged.first(where: { $0.name.text == text }) { throw lost.problem }
    return opened.first { $0.name.text == text }
  }

  /// Makes sure that none of those that are damaged is meant rather than the one that was found.
  ///
  /// - Parameters:
  ///   - reference: What was asked for.
  ///   - found: What it means among those that open; nil where it means none of them.
  /// - Throws: The damage of the one that was named; `snapshot.perhaps-damaged` where a newer one
  ///   could be of that database.
  func requireNoDoubt(about reference: SnapshotReference, _ found: SnapshotContent?) throws {
    guard let lost = damaged.last(where: { reference.couldMean($0.name, besides: found?.name) })
    else { return }
    if reference.isPrefix { throw lost.problem }
    let reason = lost.problem.reason ?? lost.problem.summary
    let last = found.map { [Problem.Fact("the last before it", $0.name.text)] } ?? []
    throw Problem(
      .damaged,
      code: "snapshot.perhaps-damaged",
      "\(reference.text) may be a snapshot that cannot be read",
      reason:
        "snapshot \(lost.name) is damaged (\(reason)), and only it says of which database it is",
      facts: last + [.init("damaged", lost.name.text)],
      hint: (found.map { "Name \($0.name.shortID) where that one is wanted. " } ?? "")
        + (lost.problem.hint ?? "")
    )
  }
}

extension SnapshotReference {
  /// Whether a snapshot could be the one that is meant, as far as its name tells.
  fileprivate func couldMean(_ name: SnapshotName, besides found: SnapshotName?) -> Bool {
    // Names begin with the time that a snapshot shows.
    let isNewer = found.map { $0 < name } ?? true
    return switch choice {
    case .latest, .tag: isNewer
    case .time(let time): isNewer && !name.isAfter(time)
    case .prefix: !possible([name]).isEmpty
    }
  }
}
