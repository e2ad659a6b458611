internal import ObjectStore
internal import Problems
public import Repository
internal import Snapshot
internal import Verification

/// What a repository knows of all its databases, read without asking any of them.
public struct RepositoryFacts: Sendable, Equatable {
  /// A snapshot whose manifest cannot be read.
  public struct Damage: Sendable, Equatable {
    /// The snapshot.
    public var snapshot: SnapshotName
    /// Why.
    public var reason: String

    /// Makes a finding.
    public init(snapshot: SnapshotName, reason: String) {
      self.snapshot = snapshot
      self.reason = reason
    }
  }

  /// Where it is.
  public var location: String
  /// By name, then by cluster.
  public var databases: [DatabaseFacts]
  /// Snapshots that nobody can read any more.
  public var damaged: [Damage]
  /// How many snapshots the key in use does not show.
  public var hidden: Int
  /// Whether the key in use shows what was proven.
  public var showsProofs: Bool

  /// Makes facts.
  public init(
    location: String,
    databases: [DatabaseFacts] = [],
    damaged: [Damage] = [],
    hidden: Int = 0,
    showsProofs: Bool = true
  ) {
    self.location = location
    self.databases = databases
    self.damaged = damaged
    self.hidden = hidden
    self.showsProofs = showsProofs
  }

  /// Reads the facts.
  ///
  /// A snapshot that is damaged is one of the facts, and one that is forgotten meanwhile is none.
  ///
  /// - Parameter repository: Where from.
  /// - Throws: What the store throws; nothing is left out in silence.
  public init(of repository: Repository) throws {
    self.init(location: repository.store.location, showsProofs: repository.role == .full)
    let records = Dictionary(grouping: try Self.records(in: repository), by: \.snapshot)
    var found: [SnapshotSeries: DatabaseFacts] = [:]
    for name in try repository.snapshots() {
      switch try SnapshotLook(at: name, in: repository) {
      case .opened(let content):
        let database = content.manifest.database
        let facts = try SnapshotFacts(content, records[name.text] ?? [])
        found[
          SnapshotSeries(database: database.name, systemIdentifier: database.systemIdentifier),
          default: DatabaseFacts(name: database.name, systemIdentifier: database.systemIdentifier)
        ].snapshots.append(facts)
      case .hidden: hidden += 1
      case .forgotten: break
      case .damaged(let problem):
        damaged.append(Damage(snapshot: name, reason: problem.reason ?? problem.summary))
      }
    }
    databases = found.sorted { $0.key < $1.key }.map { _, database in
      var database = database
      database.snapshots.sort { ($0.taken, $0.name) < ($1.taken, $1.name) }
      return database
    }
  }

  /// What can be read of all verifications, oldest first.
  private static func records(in repository: Repository) throws -> [ProofRecord] {
    try repository.records(kind: .proof).compactMap { id -> ProofRecord? in
      do {
        return try repository.recordIfReadable(kind: .proof, id: id)
          .map { try ProofRecord(decoding: $0, id: id) }
      } catch let problem as Problem where problem.code == StoreProblem.notFoundCode {
        return nil
      }
    }.sorted { $0.time < $1.time }
  }

  /// What to call a database here: its name, with the cluster where two have the same.
  public func label(of database: DatabaseFacts) -> String {
    databases.count { $0.name == database.name } > 1 ? database.fullName : database.name
  }
}
