public import Arguments
internal import Bytes
internal import FoundationEssentials
internal import Postgres
internal import Reports
internal import Repository
internal import Snapshot
internal import Verification

/// Lists snapshots.
public struct SnapshotsCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "snapshots"
  /// One sentence.
  public static let summary = "List the snapshots of a repository, and what is proven of each."
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
    option(
      "--of",
      \.database,
      value: "NAME",
      "Only snapshots of this database.",
      completion: .databases
    )
    group(\.shared)
  }

  /// Lists them, oldest first; exit code 4 where one is damaged.
  public func run(in context: Context) async throws -> ExitStatus {
    let repository = try await context.openRepository()
    let listing = try await context.listing(of: repository)
    let all = listing.opened
    let chosen = all.filter { database == nil || $0.manifest.database.name == database }
    let proofs = try await Self.proofs(of: chosen, in: repository)
    let now = Date()
    var table = Table([
      .text("id"), .text("taken"), .flexible("database"), .number("tables"), .number("rows"),
      .number("size"), .number("stored"), .text("proven"), .flexible("tags"),
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
        proofs.brief(of: snapshot.name, now: now),
        manifest.tagText + (manifest.isPartial ? " (partial)" : "")
          + (manifest.dump == nil ? "" : " (imported)")
      )
    }
    context.show(
      Report(
        blocks: (chosen.isEmpty
          ? [.paragraph(nothing(in: all))]
          : [.table(table)]) + (listing.hiddenNotice.map { [.paragraph($0)] } ?? []),
        json: [
          "event": "result",
          "role": .string(repository.role.rawValue),
          "snapshots": .array(
            chosen.map { Self.json($0, proofs) }
          ),
          "damaged": .array(listing.damaged.map { .string($0.name.text) }),
        ]
      )
    )
    for warning in listing.warnings { context.warn(warning, isInResult: true) }
    return listing.damaged.isEmpty ? .done : .damaged
  }

  /// Why nothing is listed.
  private func nothing(in all: [SnapshotContent]) -> String {
    let known = Set(all.map(\.manifest.database.name)).sorted()
    guard let database, !known.isEmpty else {
      return "No snapshots yet; drydock backup takes the first one."
    }
    return "No snapshots of \(database). " + Context.question(Spelling.near(database, in: known))
      + "There are some of \(known.joined(separator: ", "))."
  }

  /// What is known of each snapshot's verifications.
  private struct Proofs: Sendable {
    var best: [SnapshotName: Proof] = [:]
    var failures: [SnapshotName: ProofFailure] = [:]

    /// What counts for a person: that it failed, or else what is proven.
    func brief(of name: SnapshotName, now: Date) -> String {
      failures[name]?.brief(now: now) ?? best[name]?.brief(now: now) ?? ""
    }
  }

  private static func proofs(
    of snapshots: [SnapshotContent],
    in repository: Repository
  ) async throws -> Proofs {
    try await Lane("drydock.proofs").run {
      let table = try ProofTable(of: repository)
      var proofs = Proofs()
      for snapshot in snapshots {
        proofs.best[snapshot.name] = try table.best(of: snapshot.name)
        proofs.failures[snapshot.name] = try table.failure(of: snapshot.name)
      }
      return proofs
    }
  }

  /// A snapshot's summary, with what is proven of it and what failed.
  private static func json(_ snapshot: SnapshotContent, _ proofs: Proofs) -> JSONValue {
    let summary = SnapshotSummary(snapshot.name, snapshot.manifest).json
    guard case .object(let members) = summary else { return summary }
    let proven: JSONValue =
      proofs.best[snapshot.name].map {
        ["level": JSONValue($0.level.rawValue), "proven": JSONValue($0.proven)]
      } ?? .null
    let failed: JSONValue =
      proofs.failures[snapshot.name].map {
        ["level": JSONValue($0.level.rawValue), "failed": JSONValue($0.failed)]
      } ?? .null
    return .object(
      members + [JSONValue.Member("proof", proven), JSONValue.Member("failure", failed)]
    )
  }
}
