internal import Bytes
internal import FoundationEssentials
internal import Postgres
internal import Problems
internal import Reports
internal import Repository
internal import Restoration
internal import Snapshot

extension ExportCommand {
  /// Writes the whole cluster as one script; done with omissions (7) where a database is not in it.
  func exportCluster(_ context: Context, _ repository: Repository) async throws -> ExitStatus {
    if !schemas.isEmpty {
      throw Problem(
        .usage,
        code: "usage.cluster",
        "--schema belongs to one snapshot, not a cluster"
      )
    }
    let listing = try await context.listing(of: repository)
    let all = listing.opened
    let contents = try Self.newest(snapshot ?? "latest", among: all, of: system)
    for content in contents {
      try listing.requireNoDoubt(about: try SnapshotReference(snapshot ?? "latest"), content)
    }
    let lacking = try Self.lacking(snapshot ?? "latest", among: all, besides: contents)
    let (options, hasPasswords) = (options(in: context), !hasNoPasswords)
    try await write(to: context) { write in
      try ClusterExport(of: contents, hasPasswords: hasPasswords, options: options, write: write)
        .run()
    }
    for content in contents {
      let manifest = content.manifest
      context.note(
        "\(manifest.database.name) as of \(manifest.taken.prefix(19))Z (\(content.name.shortID))"
      )
    }
    for name in lacking {
      context.warn("database \(name) is not in the script: there is no whole snapshot of it")
    }
    return lacking.isEmpty ? .done : .omissions
  }

  /// The databases of the cluster that there are snapshots of by then, but no whole one.
  private static func lacking(
    _ text: String,
    among all: [SnapshotContent],
    besides chosen: [SnapshotContent]
  ) throws -> [String] {
    let reference = try SnapshotReference(text)
    let cluster = chosen.first?.manifest.database.systemIdentifier
    let known = try all.filter { content in
      let manifest = content.manifest
      guard manifest.dump == nil, manifest.database.systemIdentifier == cluster
      else { return false }
      guard case .time(let time) = reference.choice else { return true }
      return try manifest.takenTime <= time
    }
    let names = Set(known.map { ExactText($0.manifest.database.name) })
    return names.subtracting(chosen.map { ExactText($0.manifest.database.name) }).sorted()
      .map(\.text)
  }

  /// The newest whole snapshot of each database of one cluster, not after a time.
  ///
  /// - Parameters:
  ///   - text: `latest` or `@time`.
  ///   - all: All snapshots, oldest first.
  ///   - system: The cluster's system identifier; nil where only one is there.
  /// - Returns: One snapshot a database.
  /// - Throws: `usage.ambiguous-series` where there are several clusters.
  static func newest(
    _ text: String,
    among all: [SnapshotContent],
    of system: String?
  ) throws -> [SnapshotContent] {
    let reference = try SnapshotReference(text)
    switch reference.choice {
    case .latest, .time: break
    case .prefix, .tag:
      throw Problem(
        .usage,
        code: "usage.cluster",
        "\(text) names one snapshot, not a cluster",
        hint: "Give nothing, latest, or @2026-01-31T02:00Z."
      )
    }
    let whole = all.filter { content in
      content.manifest.dump == nil
        && (system.map { $0 == content.manifest.database.systemIdentifier } ?? true)
    }
    let clusters = Dictionary(grouping: whole) { $0.manifest.database.systemIdentifier }
    guard clusters.count < 2 else {
      throw Problem(
        .usage,
        code: "usage.ambiguous-series",
        "the repository holds databases of several clusters",
        facts: clusters.map { system, contents in
          let names = Set(contents.map(\.manifest.database.name)).sorted()
          return Problem.Fact("system \(system)", names.joined(separator: ", "))
        }.sorted { $0.name < $1.name },
        hint: "Choose one with --system."
      )
    }
    return try Dictionary(grouping: whole) { ExactText($0.manifest.database.name) }
      .sorted { $0.key < $1.key }
      .compactMap { try reference.choose(from: $0.value) }
  }
}
