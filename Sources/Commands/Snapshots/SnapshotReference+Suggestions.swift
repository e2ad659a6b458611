internal import Arguments
internal import Bytes
internal import Snapshot

extension SnapshotReference {
  /// The most that a person is asked to choose from.
  private static let suggestionLimit = 3

  /// What was probably meant, as somebody would type it, the likeliest first.
  ///
  /// - Parameter snapshots: All that the key may read, oldest first.
  /// - Returns: At most three; none where nothing is near.
  func suggestions(in snapshots: [SnapshotContent]) -> [String] {
    let databases = snapshots.map(\.manifest.database.name)
    if let series, !databases.contains(series) {
      let head = text.dropLast(series.count)
      return limited(Spelling.near(series, in: databases).map { head + $0 })
    }
    switch choice {
    case .latest, .time: return []
    case .tag(let key, let value): return limited(Self.tags(key, value, snapshots.map(\.tags)))
    case .prefix(let typed): return limited(Self.words(typed, snapshots, databases))
    }
  }

  private func limited(_ words: [String]) -> [String] {
    var seen: Set<String> = []
    return Array(
      words.filter { $0 != text && seen.insert($0).inserted }.prefix(Self.suggestionLimit)
    )
  }

  /// A tag whose key was mistyped, or whose value was cut short or mistyped; the newest first.
  private static func tags(
    _ key: String,
    _ value: String,
    _ known: [[String: String]]
  ) -> [String] {
    let keys = known.flatMap(\.keys)
    let meant = keys.contains(key) ? key : Spelling.nearest(to: key, in: keys)
    guard let meant else { return [] }
    let values = known.reversed().compactMap { $0[meant] }
    if values.contains(value) { return ["\(meant)=\(value)"] }
    // A commit is often written with fewer digits than it was tagged with, or with more.
    let longer = values.filter { $0.hasPrefix(value) || value.hasPrefix($0) }
    return (longer + Spelling.near(value, in: values)).map { "\(meant)=\($0)" }
  }

  /// An id with a wrong digit, another word for the newest, a database, or a tag without its value.
  private static func words(
    _ typed: String,
    _ snapshots: [SnapshotContent],
    _ databases: [String]
  ) -> [String] {
    if let latest = Spelling.nearest(to: typed.lowercased(), in: ["latest"]) { return [latest] }
    if let database = Spelling.nearest(to: typed, in: databases) { return ["latest:\(database)"] }
    let tags = snapshots.reversed().flatMap { snapshot in
      snapshot.tags.filter { $0.key == typed || $0.value == typed }.map { "\($0.key)=\($0.value)" }
    }
    guard tags.isEmpty else { return tags }
    let ids = snapshots.reversed().map { $0.name.shortID }
    let lengths = typed.count
    let near = Spelling.near(typed.lowercased(), in: ids.map { String($0.prefix(lengths)) })
    return near.flatMap { beginning in ids.filter { $0.hasPrefix(beginning) } }
  }
}

extension SnapshotContent {
  /// What people attached to it.
  fileprivate var tags: [String: String] { manifest.tags }
}
