internal import Catalog
internal import FoundationEssentials
internal import Postgres
internal import Snapshot

/// Whether what a parent snapshot holds may stand for pages that have not changed since.
enum Trust: Sendable, Equatable {
  /// It may, for pages whose LSN is not above the horizon.
  case parent(horizon: LSN)
  /// Everything is read.
  ///
  /// `comparesParent` holds where the parent could have been relied on and the whole read is a
  /// check: then pages that are not above its horizon must be as it claims.
  case whole(reason: String, comparesParent: Bool)

  /// Judges a parent by everything but its relations.
  ///
  /// - Parameters:
  ///   - parent: the snapshot of the same database to build upon, if any.
  ///   - reason: why everything is read where there is none.
  ///   - now: the server's facts, read after the snapshot or just before it.
  ///   - options: what was asked.
  ///   - observer: a session outside any transaction, which looks for the witness.
  /// - Returns: the judgement.
  /// - Throws: `PostgresError` when the server fails.
  static func judge(
    parent: Manifest?,
    otherwise reason: String = "first snapshot",
    now: ServerFacts,
    options: BackupOptions,
    observer: Connection
  ) throws -> Trust {
    guard let parent else { return .whole(reason: reason, comparesParent: false) }
    let judgement = Judgement(parent: parent, now: now, options: options)
    guard let horizon = judgement.horizon else {
      return .whole(reason: "the last snapshot has no horizon", comparesParent: false)
    }
    if let reason = try judgement.mismatch ?? judgement.brokenHistory(observer) {
      return .whole(reason: reason, comparesParent: false)
    }
    if let reason = judgement.dueReason { return .whole(reason: reason, comparesParent: true) }
    return .parent(horizon: horizon)
  }
}
