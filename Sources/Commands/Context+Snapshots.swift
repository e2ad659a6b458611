internal import Bytes
internal import Postgres
internal import Problems
internal import Reports
internal import Repository
internal import Snapshot

extension Context {
  /// All snapshots of a repository, those that are damaged beside those that can be read.
  func listing(of repository: Repository) async throws -> SnapshotListing {
    try await Lane("drydock.snapshots").run { try SnapshotListing(of: repository) }
  }

  /// The one snapshot that a person named.
  ///
  /// - Parameters:
  ///   - text: as it was typed: `latest`, `latest:bench`, `1f2e3d4c`, `git=abc`, `@2026-01-31T02:00Z`.
  ///   - database: the database whose series is meant where the text names none.
  ///   - repository: where to look.
  /// - Returns: the snapshot, opened.
  /// - Throws: a `Problem` of kind `usage` where none or several fit, of kind `damaged` where one that
  ///   cannot be read could be meant.
  func snapshot(
    _ text: String,
    of database: String?,
    in repository: Repository
  ) async throws -> SnapshotContent {
    let reference = try SnapshotReference(text)
    let listing = try await listing(of: repository)
    let all = listing.opened
    let series = try series(reference, among: reference.candidates(in: all), default: database)
    let found = try reference.choose(from: series)
    try listing.requireNoDoubt(about: reference, found)
    if let found { return found }
    let hidden = listing.hiddenNotice
    let meant = reference.suggestions(in: all)
    throw Problem(
      .usage,
      code: "usage.no-such-snapshot",
      "There is no snapshot \(text)",
      reason: hidden,
      facts: all.suffix(5).map {
        Problem.Fact("snapshot", "\($0.name) of \($0.manifest.database.name)")
      },
      hint: hidden != nil
        ? "Take a snapshot here with drydock backup, or use a full key."
        : all.isEmpty
          ? "The repository is empty; drydock backup takes the first one."
          : Self.question(meant) + "drydock snapshots lists what there is."
    )
  }

  /// The snapshots of databases of a name, byte by byte; where there are none, of those whose name a
  /// keyboard may have written in other bytes.
  private static func called(_ name: String, among all: [SnapshotContent]) -> [SnapshotContent] {
    let exact = all.filter { $0.manifest.database.name.isExactly(name) }
    return exact.isEmpty ? all.filter { $0.manifest.database.name == name } : exact
  }

  /// Asks whether one of these words was meant; empty where there are none.
  static func question(_ words: [String]) -> String {
    words.isEmpty ? "" : "Did you mean \(words.joined(separator: " or "))? "
  }

  private func series(
    _ reference: SnapshotReference,
    among all: [SnapshotContent],
    default database: String?
  ) throws -> [SnapshotContent] {
    // Whoever types an id means that snapshot, whatever the series.
    if case .prefix = reference.choice, reference.series == nil { return all }
    let wanted = try reference.series ?? database ?? nameOfDefaultDatabase()
    let named = ofMember(wanted.map { Self.called($0, among: all) } ?? all)
    // An imported dump never makes the name of a database ambiguous that Drydock itself takes.
    let taken = named.filter { $0.manifest.dump == nil }
    let chosen = taken.isEmpty ? named : taken
    let found = Set(chosen.map { SeriesIdentity($0.manifest.database) })
    guard found.count > 1 else { return chosen }
    throw Problem(
      .usage,
      code: "usage.ambiguous-series",
      "\(reference.text) could be of several databases",
      facts: found.map { Problem.Fact("series", "\($0.name) (system \($0.systemIdentifier))") }
        .sorted { $0.value < $1.value },
      hint: "Write \(reference.text):NAME, or give the snapshot's id."
    )
  }
}

extension Context {
  /// The name of the default database as far as the configuration says it.
  ///
  /// Throws where a member of a fleet does not say it: the only series of a repository would be taken
  /// for that member's, whoever's it is.
  private func nameOfDefaultDatabase() throws -> String? {
    let name = configuration.database?.keywords["dbname"]
    guard name == nil, place != nil else { return name }
    throw Problem(
      .usage,
      code: "usage.fleet-database-name",
      "The configuration does not say what the database is called",
      facts: [.init("database", configuration.database.map { "\($0)" } ?? "none")],
      hint: "Write its name too: 'database: service=shop dbname=shop'."
    )
  }

  /// Without those of databases of the same name in other clusters, as far as that is known.
  private func ofMember(_ all: [SnapshotContent]) -> [SnapshotContent] {
    guard let system = place?.systemIdentifier else { return all }
    return all.filter { $0.manifest.database.systemIdentifier == system }
  }

  /// The snapshots that a schedule goes through: all of a repository, or those of a fleet's member.
  func scheduled(_ all: [SnapshotContent]) throws -> [SnapshotContent] {
    guard place != nil else { return all }
    guard let name = try nameOfDefaultDatabase() else { return [] }
    return ofMember(all).filter { $0.manifest.database.name.isExactly(name) }
  }
}

/// What makes snapshots one series: the database and the cluster that it lives in.
///
/// The name is compared byte by byte: what Swift takes for one name can be two databases, and nobody
/// wants the snapshot of the other.
struct SeriesIdentity: Hashable {
  let name: ExactText
  let systemIdentifier: String

  init(_ database: Manifest.Database) {
    name = ExactText(database.name)
    systemIdentifier = database.systemIdentifier
  }
}
