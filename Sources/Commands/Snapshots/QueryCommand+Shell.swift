internal import Bytes
internal import FoundationEssentials
internal import Postgres
internal import Problems
internal import Processes
internal import Reports
internal import Repository
internal import Snapshot

extension QueryCommand {
  /// Refuses words that do not fit each other.
  func requireOneWay() throws {
    let reason: String? =
      switch (isShell, query) {
      case (true, .some): "psql takes its queries itself"
      case (false, nil): "there is no query"
      default: nil
      }
    if let reason {
      throw Problem(
        .usage,
        code: "usage.query",
        "Give one query, or --shell",
        reason: reason,
        hint: "drydock query latest 'TABLE orders', or drydock query latest --shell"
      )
    }
    guard isShell ? !isCSV && !isEverything && !jsonIsWanted : tables.isEmpty else {
      throw Problem(
        .usage,
        code: "usage.query",
        isShell
          ? "--csv, --everything and --json do not fit --shell" : "--table belongs to --shell",
        hint: isShell ? "psql has \\pset for its output." : "A query restores what it reads."
      )
    }
  }

  private var jsonIsWanted: Bool { shared.isJSON }

  /// Gives psql the terminal until it ends; the scratch server runs in a group of its own, so that
  /// Ctrl-C is psql's alone.
  func open(_ psql: Invocation, _ lane: Lane) async throws {
    let status = try await lane.run { try psql.runAttached() }
    guard !status.isSuccess else { return }
    throw Problem(
      code: "query.shell",
      "psql ended with \(status)",
      reason: "it has said why",
      hint: "The scratch server is gone; nothing else was changed."
    )
  }

  /// `shop@1f2e3d4c`; a name's percent sign would be one of psql's own words.
  static func prompt(_ content: SnapshotContent) -> String {
    Printable.line("\(content.manifest.database.name)@\(content.name.shortID)")
      .escaping(["%": "%%"])
  }
}
