internal import FoundationEssentials
internal import Problems
internal import Repository
internal import Snapshot

/// How a person names a snapshot: `latest`, an id or its beginning, `k=v`, `@2026-01-31T02:00Z`.
///
/// Always within the series of one database: `S:NAME` says which, else the default database does.
struct SnapshotReference: Sendable, Equatable {
  /// The part that chooses within a series.
  enum Choice: Sendable, Equatable {
    case latest
    case prefix(String)
    case tag(String, String)
    case time(Date)
  }

  let text: String
  let choice: Choice
  let series: String?

  init(_ text: String) throws {
    self.text = text
    // A time has colons of its own, so only a name without digits and signs of time is a series.
    let colon = text.hasPrefix("@") ? text.lastIndex(of: "Z").map { text.index(after: $0) } : nil
    let split = colon ?? text.firstIndex(of: ":")
    var head = text
    var series: String?
    if let split, split < text.endIndex, text[split] == ":" {
      head = String(text[..<split])
      series = String(text[text.index(after: split)...])
    }
    self.series = series
    if head == "latest" {
      choice = .latest
    } else if head.hasPrefix("@") {
      choice = .time(try Self.time(String(head.dropFirst())))
    } else if let equals = head.firstIndex(of: "=") {
      choice = .tag(String(head[..<equals]), String(head[head.index(after: equals)...]))
    } else {
      // An empty word is what a script's unset variable leaves; every name begins with it.
      guard !head.isEmpty else { throw Self.unnamed }
      choice = .prefix(head)
    }
  }

  /// What a command ends in that needs a snapshot and was given none.
  static let unnamed = Problem(
    .usage,
    code: "usage.no-snapshot",
    "No snapshot is named",
    hint: "Give latest, an id, k=v, or @2026-01-31T02:00Z."
  )

  /// Reads a time in UTC; a `Problem` of kind `usage` for anything else.
  static func time(_ text: String) throws -> Date {
    for text in [text, text.replacing("Z", with: ":00Z")] {
      if let date = try? Date(text, strategy: .iso8601) { return date }
    }
    throw Problem(
      .usage,
      code: "usage.time",
      "@\(text) is not a time",
      hint: "Write it in UTC, such as @2026-01-31T02:00Z."
    )
  }

  /// The text where it means a snapshot of one database only, whatever the default database is.
  var ofOne: String? {
    if case .prefix = choice { return text }
    return series == nil ? nil : text
  }

  /// Those that can be meant, whatever their series: a tag says which dump, and which database.
  func candidates(in snapshots: [SnapshotContent]) -> [SnapshotContent] {
    guard case .tag(let key, let value) = choice else { return snapshots }
    return snapshots.filter { $0.manifest.tags[key] == value }
  }

  /// The snapshot among those of one series, oldest first; nil when none fits.
  ///
  /// One that was asked to leave something out is found by its id or its tags only.
  func choose(from snapshots: [SnapshotContent]) throws -> SnapshotContent? {
    switch choice {
    case .latest: return snapshots.last { !$0.manifest.isPartial }
    case .tag(let key, let value): return snapshots.last { $0.manifest.tags[key] == value }
    case .time(let time):
      return try snapshots.last { try !$0.manifest.isPartial && $0.manifest.takenTime <= time }
    case .prefix(let prefix):
      let fitting = snapshots.filter {
        $0.name.text.hasPrefix(prefix) || $0.name.shortID.hasPrefix(prefix)
      }
      guard fitting.count < 2 else {
        throw Problem(
          .usage,
          code: "usage.ambiguous-snapshot",
          "\(prefix) is the beginning of several snapshots",
          facts: fitting.prefix(10).map { Problem.Fact("snapshot", $0.name.text) },
          hint: "Give more of its digits."
        )
      }
      return fitting.first
    }
  }
}

extension SnapshotName {
  /// The eight digits that people type.
  var shortID: String { String(text.suffix(8)) }
}
