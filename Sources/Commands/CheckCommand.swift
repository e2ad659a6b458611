public import Arguments
internal import Postgres
internal import Problems
internal import Reports
internal import Repository
internal import Snapshot

/// Checks a repository.
public struct CheckCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "check"
  /// One sentence.
  public static let summary = "Check that the repository holds what its snapshots need."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock check", "Check the structure."),
    Example("drydock check --read-data", "Open and hash every chunk as well."),
    Example("drydock check --repair", "Make the index again from the packs; only adds objects."),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// Whether every chunk is opened.
  public var readsData = false
  /// Whether the index is made again first.
  public var isRepair = false

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    flag("--read-data", \.readsData, "Open and hash every chunk.")
    flag("--repair", \.isRepair, "First make the index again from the packs; only adds objects.")
    group(\.shared)
  }

  /// Checks; exit code 4 where something is damaged.
  public func run(in context: Context) async throws -> ExitStatus {
    let repository = try await context.openRepository()
    if isRepair {
      let rebuilt = try await Lane("drydock.check").run { try repository.rebuildIndex() }
      context.note("made the index of \(Quantity.count(rebuilt.packs, "pack", "packs")) again")
    }
    let report = try await Lane("drydock.check").run { [readsData] in
      try repository.check(readData: readsData ? 1 : nil) { name, _ in
        let content = try SnapshotContent(opening: name, in: repository)
        return try content.closure(try repository.makeReader()).map(\.id)
      }
    }
    context.show(report.report)
    return report.isSound ? .done : .damaged
  }
}

extension CheckReport {
  /// What was looked at and what is wrong.
  var report: Report {
    var blocks: [Report.Block] = [
      .values([
        .init("snapshots", Quantity.count(snapshots)), .init("packs", Quantity.count(packs)),
        .init("chunks", Quantity.count(chunks)),
        .init("read", packsRead > 0 ? Quantity.bytes(bytesRead) : "structure only"),
        .init("left over", Quantity.count(packsWithoutIndex, "pack", "packs")),
      ])
    ]
    if isSound {
      blocks.append(.paragraph("Nothing is wrong."))
    } else {
      var table = Table([.text("harm"), .flexible("object"), .flexible("finding")])
      for finding in findings { table.add(finding.harm.rawValue, finding.object, finding.reason) }
      blocks.append(.table(table))
    }
    return Report(
      blocks: blocks,
      json: [
        "event": "result", "snapshots": JSONValue(snapshots), "packs": JSONValue(packs),
        "chunks": JSONValue(chunks), "bytes_read": JSONValue(bytesRead),
        "findings": .array(
          findings.map {
            [
              "harm": .string($0.harm.rawValue), "object": .string($0.object),
              "text": .string($0.reason),
            ]
          }
        ),
      ]
    )
  }
}
