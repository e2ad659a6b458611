public import Arguments
internal import Postgres
internal import Problems
internal import Reports
internal import Repository
internal import Snapshot

/// Changes the tags of a snapshot.
public struct TagCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "tag"
  /// One sentence.
  public static let summary = "Attach tags to a snapshot that was taken already."
  /// What a person must know before.
  public static let discussion = """
    A tag names a snapshot wherever one is asked for, and 'keep: {tags: [...]}' keeps those that \
    have it. Tags can be changed with a full key only; copy takes them along.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock tag 1f2e3d4c git=9fceb02 release=2.4", "Say what was deployed then."),
    Example("drydock tag 1f2e3d4c --remove release", "Take a tag away."),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// Which snapshot.
  public var snapshot = ""
  /// What is attached.
  public var tags: [String] = []
  /// The names of tags that are taken away.
  public var removed: [String] = []

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("snapshot", \.snapshot, "latest, an id, k=v, or @time.", completion: .snapshots)
    positional("tag", \.tags, "Tags to attach, such as git=9fceb02.", completion: .tags)
    option("--remove", \.removed, value: "NAME", "Take the tag of this name away; can be repeated.")
    group(\.shared)
  }

  /// Changes them.
  public func run(in context: Context) async throws -> ExitStatus {
    let attached = try TagList(tags).values
    guard !attached.isEmpty || !removed.isEmpty else {
      throw Problem(
        .usage,
        code: "usage.tag",
        "No tag is given",
        hint: "Write drydock tag \(snapshot) git=1a2b3c4, or --remove git."
      )
    }
    return try await context.tag(snapshot, attaching: attached, removing: removed)
  }
}

extension Context {
  /// Changes the tags of the snapshot that a person named, and shows those that it has then.
  func tag(
    _ reference: String,
    attaching attached: [String: String],
    removing removed: [String]
  ) async throws -> ExitStatus {
    let repository = try await openRepository()
    let content = try await snapshot(reference, of: nil, in: repository)
    let lacking = removed.filter { content.manifest.tags[$0] == nil }
    for name in lacking { note("\(content.name) has no tag \(name)") }
    let change = TagChange(of: content.name, attaching: attached, removing: removed)
    let tagged = try await Lane("drydock.tag").run {
      if !attached.isEmpty || lacking.count < removed.count { try change.put(into: repository) }
      return try TagTable(of: repository).tagging(content)
    }
    let tags = tagged.manifest.tags
    show(
      Report(
        blocks: [
          .values([
            .init("snapshot", content.name.text),
            .init("tags", tags.isEmpty ? "none" : tagged.manifest.tagText),
          ])
        ],
        json: [
          "event": "result", "snapshot": .string(content.name.text),
          "tags": .object(
            tags.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }
          ),
        ]
      )
    )
    return .done
  }
}
