internal import Arguments
internal import Bytes
internal import FoundationEssentials
internal import Postgres
internal import Problems
internal import Repository
internal import Snapshot

/// Finds out what `forget` removes.
struct ForgetSelection {
  let context: Context
  let repository: Repository

  /// What a policy removes; every manifest must open, for one that does not could be the one to keep.
  func plan(_ given: RetentionPolicy?) async throws -> RetentionPlan {
    guard let policy = given ?? context.configuration.keep, !policy.isEmpty else {
      throw Problem(
        .usage,
        code: "usage.no-policy",
        "Nothing says which snapshots to keep",
        hint: "Write 'keep: {daily: 7, weekly: 5, monthly: 12}' into the configuration, or give "
          + "--keep-daily 7."
      )
    }
    return RetentionPlan(policy, try await candidates(besides: []))
  }

  /// What goes when these are named.
  ///
  /// A snapshot whose manifest is damaged can be named too: nothing else gets rid of it.
  func plan(
    naming texts: [String],
    _ given: RetentionPolicy?,
    mayEmpty: Bool
  ) async throws -> RetentionPlan {
    let repository = repository
    let names = try await Lane("drydock.forget").run { try repository.snapshots() }
    let named = Set(try texts.map { try Self.find($0, in: names) })
    let candidates = try await candidates(besides: named)
    let tags = (given ?? context.configuration.keep)?.tags ?? []
    for candidate in candidates where named.contains(candidate.name) {
      guard !candidate.isProtected else {
        throw Self.kept(
          candidate.name,
          "it is protected",
          "Take that away with drydock protect \(candidate.name.shortID) --off."
        )
      }
      if let tag = tags.first(where: candidate.has) {
        throw Self.kept(
          candidate.name,
          "its tag \(tag) protects it",
          "Take the tag out of 'keep:'."
        )
      }
    }
    for (series, members) in Dictionary(grouping: candidates, by: \.series) where !mayEmpty {
      guard let last = members.last, members.allSatisfy({ named.contains($0.name) }),
        members.contains(where: { $0.taken > .distantPast })
      else { continue }
      throw Self.kept(
        last.name,
        "no snapshot of \(series.database) would be left",
        "Give --even-last where that is what you want."
      )
    }
    return RetentionPlan(removing: named, from: candidates)
  }

  /// All snapshots; those that are named anyway may be damaged.
  private func candidates(besides named: Set<SnapshotName>) async throws
    -> [RetentionPlan.Candidate]
  {
    let repository = repository
    return try await Lane("drydock.forget").run {
      let inUse = try repository.snapshotsInUse()
      let tags = try TagTable(of: repository)
      return try repository.snapshots().map { name in
        do {
          let content = try SnapshotContent(opening: name, in: repository)
          let manifest = try tags.tagging(content).manifest
          return RetentionPlan.Candidate(
            name: name,
            series: manifest.series,
            taken: try manifest.takenTime,
            tags: manifest.tags,
            isInUse: inUse.contains(name)
          )
        } catch let problem as Problem where problem.kind == .damaged && named.contains(name) {
          // The series of their own keeps damaged ones from counting as a database's last.
          let series = SnapshotSeries(database: "(damaged)", systemIdentifier: name.text)
          return RetentionPlan.Candidate(name: name, series: series, taken: .distantPast)
        }
      }
    }
  }

  private static func find(_ text: String, in names: [SnapshotName]) throws -> SnapshotName {
    guard !text.isEmpty else { throw SnapshotReference.unnamed }
    let fitting = names.filter { $0.text.hasPrefix(text) || $0.shortID.hasPrefix(text) }
    if let name = fitting.first, fitting.count == 1 { return name }
    throw Problem(
      .usage,
      code: fitting.isEmpty ? "usage.no-such-snapshot" : "usage.ambiguous-snapshot",
      fitting.isEmpty
        ? "There is no snapshot \(text)" : "\(text) is the beginning of several snapshots",
      facts: fitting.prefix(10).map { .init("snapshot", $0.text) },
      hint: (fitting.isEmpty ? meant(text, names) : "")
        + "Name snapshots by their ids, as drydock snapshots lists them."
    )
  }

  /// An id with a wrong digit or two.
  private static func meant(_ text: String, _ names: [SnapshotName]) -> String {
    let ids = names.reversed().map(\.shortID)
    let near = Spelling.near(text, in: ids.map { String($0.prefix(text.count)) })
    let words = near.flatMap { beginning in ids.filter { $0.hasPrefix(beginning) } }
    return Context.question(Array(words.prefix(3)))
  }

  private static func kept(_ name: SnapshotName, _ reason: String, _ hint: String) -> Problem {
    Problem(
      .refused,
      code: "forget.protected",
      "The snapshot \(name) stays, nothing was removed",
      reason: reason,
      facts: [.init("snapshot", name.text)],
      hint: hint
    )
  }
}
