internal import FoundationEssentials
internal import ObjectStore
internal import Problems

/// One run of collection: rescue, sweep, mark, tidy; see docs/format.md, "Collection".
///
/// All four go by one survey. It is made after the grace period of every mark that is swept, so it
/// is also what works out anew whether the packs of that mark are dead.
struct Collector {
  let repository: Repository
  let options: CollectOptions
  let lease: Lease?
  let survey: Survey
  /// The number of each pack in the survey's table.
  let numbers: [PackID: UInt32]
  var report = CollectReport()

  /// Surveys the repository.
  ///
  /// - Parameters:
  ///   - repository: The repository.
  ///   - lease: The collector's own, which keeps other collectors off the packs that it writes; nil
  ///     in a dry run.
  ///   - options: What to do.
  ///   - closure: Shows what a snapshot needs.
  /// - Throws: `collect.refused`, `repository.busy`, or what the store throws.
  init(
    _ repository: Repository,
    _ lease: Lease?,
    _ options: CollectOptions,
    _ closure: Repository.CollectClosure
  ) throws {
    self.repository = repository
    self.options = options
    self.lease = lease
    if let lease { try Self.checkClock(repository, lease) }
    survey = try Self.survey(repository, lease, closure)
    var numbers: [PackID: UInt32] = [:]
    for (number, pack) in survey.places.stored.packs.enumerated() {
      numbers[pack.id] = UInt32(number)
    }
    self.numbers = numbers
    report.snapshots = survey.snapshots.count
    report.damaged = survey.failures
    for pack in survey.places.packs { report.stored.add(pack.size) }
  }

  /// Does everything, in an order in which a kill at any write leaves every snapshot whole.
  mutating func run() throws -> CollectReport {
    try rescue()
    try sweep()
    try mark()
    try tidy()
    return report
  }

  /// Seconds between a mark and its sweep.
  var grace: Double { max(options.grace, 2 * survey.leases.longest) }

  /// When the survey's listings were begun is not known better than by now.
  var now: Double { repository.clock().timeIntervalSince1970 }

  /// Leases of others that are good.
  var otherLeases: [LeaseList.Live] {
    survey.leases.live.filter { $0.object != lease?.object }
  }

  /// What of a pack is live; nothing of one that no index knows.
  func use(of pack: PackID) -> PackUse { numbers[pack].map { survey.uses[Int($0)] } ?? PackUse() }

  /// Copies what is live, and in marked packs only; those packs stay at least until the next run.
  private mutating func rescue() throws {
    guard !survey.stranded.isEmpty, !repository.omitted.contains(.recomputed) else { return }
    var rescue = try Rescue(repository, survey.places)
    var sink = PackSink(repository)
    for chain in survey.stranded where !options.isDryRun {
      try lease?.renewIfDue()
      try rescue.copy(chain) { try sink.append($0, $1) }
    }
    try sink.finish()
    report.rescued = options.isDryRun ? survey.stranded.count : rescue.count
  }

  /// Compares the store's clock with ours, by the time of the lease that was just written.
  private static func checkClock(_ repository: Repository, _ lease: Lease) throws {
    let ours = repository.clock().timeIntervalSince1970
    let listed = try repository.store.list(Lease.directory).first { $0.name == lease.object }
    guard let listed else {
      throw Survey.refusal(
        "the store does not list what was just written to it",
        [.init("object", lease.object.text)],
        hint: "Nothing was removed. Run it again later."
      )
    }
    let difference = Double(listed.modified) - ours
    guard abs(difference) <= LeaseList.clockLimit else {
      throw Survey.refusal(
        "the store's clock and this machine's differ by \(Int(abs(difference))) seconds",
        hint: "Nothing was removed. Set the clock of this machine, or that of the store."
      )
    }
  }

  /// Makes a survey that a second listing confirms.
  private static func survey(
    _ repository: Repository,
    _ lease: Lease?,
    _ closure: Repository.CollectClosure
  ) throws -> Survey {
    var known: Set<SnapshotName> = []
    for _ in 0..<4 {
      try lease?.renewIfDue()
      do {
        let survey = try Survey(repository, besides: known, closure)
        if repository.omitted.contains(.listedTwice) { return survey }
        let missed = try survey.hasMissed()
        if missed.isEmpty { return survey }
        known.formUnion(missed)
      } catch is Survey.Changed {
        continue
      }
    }
    throw Survey.refusal(
      "snapshots come and go faster than they can be read",
      hint: "Nothing was removed. Run it again later."
    )
  }
}
