internal import Catalog
internal import Postgres
internal import Snapshot

/// Where a snapshot stands in the server's history: what it may take over from its parent, and
/// what its own children may take over from it.
struct History: Sendable {
  let facts: ServerFacts
  let trust: Trust
  /// The position above which pages will have changed for a child.
  let horizon: LSN?
  let witness: Manifest.Witness?
  /// The witness with which this history began.
  let beginning: String?
  /// What stands in the way of reading changed pages only, now or next time.
  let notices: [String]

  /// Settles the history of a snapshot that has just been opened.
  ///
  /// - Parameters:
  ///   - horizon: What was established before the locks.
  ///   - insert: The insert position, read after the snapshot.
  ///   - choice: The snapshot that this one may build upon, or why there is none.
  ///   - observer: A session outside any transaction.
  ///   - repository: The repository's id.
  ///   - options: What was asked.
  /// - Returns: Where the snapshot stands.
  /// - Throws: `PostgresError` when the server fails, not when it refuses.
  static func settle(
    _ horizon: Horizon,
    insert: LSN,
    choice: Parent.Choice,
    observer: Connection,
    repository: String,
    options: BackupOptions
  ) throws -> History {
    let parent = choice.parent
    let facts = try ServerFacts.read(observer)
    let trust = try Trust.judge(
      parent: parent?.manifest,
      otherwise: choice.reason,
      now: facts,
      options: options,
      observer: observer
    )
    var notices = horizon.notice.map { [$0] } ?? []
    let durability = try Horizon.durability(
      on: observer,
      snapshotInsert: insert,
      omitted: options.omitted
    )
    if case .unproven(let reason) = durability { notices.append(reason) }
    // After the snapshot, so that whoever sees the row sees all that the snapshot saw.
    var witness: Manifest.Witness?
    let omitted = options.omitted
    switch try Witness.write(on: observer, repository: repository, omitted: omitted) {
    case .written(let row): witness = row
    case .refused(let reason): notices.append(reason)
    }
    // Where running transactions kept this snapshot from a horizon of its own, it inherits its
    // parent's: still sound, but only if this snapshot is durable itself, for a page that lost
    // what it saw may be older than the parent's horizon.
    return History(
      facts: facts,
      trust: trust,
      horizon: durability == .proven ? horizon.lsn ?? trust.comparedHorizon(parent) : nil,
      witness: witness,
      beginning: try beginning(
        after: parent?.manifest.position,
        witness,
        on: observer,
        omitted: omitted
      ),
      notices: facts.isStandby ? [] : notices
    )
  }

  /// The witness with which this history began: the parent's, unless its row is not here.
  ///
  /// Then this is a clone, or was set back, and a series of its own for retention. A parent that
  /// could not leave a witness proves neither.
  static func beginning(
    after parent: Manifest.Position?,
    _ own: Manifest.Witness?,
    on observer: Connection,
    omitted: Set<Precaution> = []
  ) throws -> String? {
    guard let parent else { return own?.id }
    guard let witness = parent.witness else { return parent.history }
    let isSame = try Witness.isConfirmed(witness, on: observer, omitted: omitted)
    return isSame ? parent.history : own?.id
  }

  /// The horizon that pages are compared with; nil where everything is read anyway.
  func comparedHorizon(_ parent: Parent?) -> LSN? { trust.comparedHorizon(parent) }

  /// What the manifest says of it.
  func position(_ read: ConsistentRead, parent: Parent?) -> Manifest.Position {
    var lastFullRead = parent?.manifest.position.lastFullRead
    if case .whole = trust { lastFullRead = read.taken }
    return Manifest.Position(
      lsn: read.lsn,
      timeline: facts.timeline,
      horizon: horizon.map { "\($0)" },
      witness: witness,
      serverStart: facts.serverStart,
      lastFullRead: lastFullRead,
      history: beginning
    )
  }
}

extension Trust {
  /// The parent's horizon, where the parent may be relied on or compared with.
  fileprivate func comparedHorizon(_ parent: Parent?) -> LSN? {
    switch self {
    case .parent(let horizon): horizon
    case .whole(_, comparesParent: true): parent?.horizon
    case .whole: nil
    }
  }
}
