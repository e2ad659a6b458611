public import Arguments
internal import Files
internal import FoundationEssentials
internal import Monitoring
internal import Problems
internal import Rehearsal
internal import Reports
internal import Repository

/// Writes a static site of snapshots, proofs, sizes and rehearsals.
public struct DashboardCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "dashboard"
  /// One sentence.
  public static let summary = "Write a static site of snapshots, proofs, sizes and rehearsals."
  /// What a person must know before.
  public static let discussion = """
    Writes an index and a page for each database into a directory that a web server or a browser \
    reads. The pages load nothing and run nothing. They tell names, sizes and times of databases, and \
    names of patches; no row and no secret. docs/dashboard.md says how to publish it.

    A directory that holds something else is refused. Files of ours that are no longer wanted are \
    removed; others are left alone.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock dashboard -o /var/www/backups", "Write the site, or write it anew."),
    Example("drydock dashboard -o site && xdg-open site/index.html", "Look at it here."),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// The directory.
  public var directory = ""

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    requiredOption(
      "--output",
      short: "-o",
      \.directory,
      value: "DIR",
      "The directory to write into.",
      completion: .directory
    )
    group(\.shared)
  }

  /// Writes the site.
  public func run(in context: Context) async throws -> ExitStatus {
    let repository = try await context.openRepository()
    let facts = try await context.facts(of: repository)
    let storage = try await context.storage(of: repository, facts.databases.flatMap(\.snapshots))
    let health = Health(
      of: facts,
      policy: try context.healthPolicy(shared),
      storage: storage,
      budget: context.budget,
      now: context.world.now()
    )
    let dashboard = Dashboard(
      health: health,
      rehearsals: try await rehearsals(in: context),
      samples: context.sizeLog(of: repository).flatMap { try? $0.samples() } ?? [],
      budget: context.budget
    )
    let path = context.absolute(path: directory)
    let pages = try dashboard.pages()
    try PublishedDirectory(path, list: ".drydock-dashboard", ending: ".html")
      .publish(pages, entry: Dashboard.entry)
    if !context.isQuiet || context.isJSON {
      context.show(
        Report(
          blocks: [
            .values([
              .init("written", "\(path)/\(Dashboard.entry)"),
              .init("pages", Quantity.count(pages.count)), .init("state", health.state.word),
            ])
          ],
          json: [
            "event": "result", "index": .string("\(path)/\(Dashboard.entry)"),
            "pages": JSONValue(pages.count), "state": .string(health.state.word),
          ]
        )
      )
    }
    return .done
  }

  /// The newest receipts.
  ///
  /// A key that cannot read them is no reason to show nothing else.
  private func rehearsals(in context: Context) async throws -> Dashboard.Rehearsals {
    do {
      let shelf = try await context.receiptShelf { names in
        Array(names.sorted { ($0.expires ?? 0, $0.id) > ($1.expires ?? 0, $1.id) }.prefix(100))
      }
      let now = Int(context.world.now().timeIntervalSince1970)
      return .known(
        shelf.receipts.map {
          ReceiptEntry($0, live: nil, revocation: shelf.revocations[$0.receipt.id], now: now)
        }
      )
    } catch let problem as Problem where problem.code == "repository.needs-full-key" {
      return .unknown("this key may not read receipts")
    }
  }
}
