public import Arguments
internal import Reports
internal import Repository
internal import Snapshot

/// Lists snapshots.
public struct SnapshotsCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "snapshots"
  /// One sentence.
  public static let summary = "List the snapshots of a repository."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock snapshots", "List all."),
    Example("drydock snapshots --of shop", "List those of one database."),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// Only those of this database.
  public var database: String?

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option("--of", \.database, value: "NAME", "Only snapshots of this database.")
    group(\.shared)
  }

  /// Lists them, oldest first.
  public func run(in context: Context) async throws -> ExitStatus {
    let repository = try await context.openRepository()
    let all = try await context.snapshots(in: repository)
    let hidden = try await context.hidden(in: repository, besides: all.count)
    let chosen = all.filter { database == nil || $0.manifest.database.name == database }
    var table = Table([
      .text("id"), .text("taken"), .flexible("database"), .number("tables"), .number("rows"),
      .number("size"), .number("stored"), .flexible("tags"),
    ])
    for snapshot in chosen {
      let manifest = snapshot.manifest
      table.add(
        snapshot.name.shortID,
        String(manifest.taken.prefix(19)) + "Z",
        manifest.database.name,
        Quantity.count(manifest.tables.count),
        Quantity.count(manifest.totals.rows),
        Quantity.bytes(manifest.totals.bytes),
        Quantity.bytes(manifest.totals.bytesStored),
        manifest.tags.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
          .joined(separator: " ") + (manifest.isPartial ? " (partial)" : "")
      )
    }
    context.show(
      Report(
        blocks: (chosen.isEmpty
          ? [.paragraph("No snapshots yet; drydock backup takes the first one.")]
          : [.table(table)]) + (hidden.map { [.paragraph($0)] } ?? []),
        json: [
          "event": "result",
          "role": .string(repository.role.rawValue),
          "snapshots": .array(chosen.map { SnapshotSummary($0.name, $0.manifest).json }),
        ]
      )
    )
    return .done
  }
}
