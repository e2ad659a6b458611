internal import Catalog
internal import Postgres
internal import Snapshot

/// Decides for every table how it is read: asks which pages have changed since the parent.
struct Planning: Sendable {
  let opening: Opening
  let options: BackupOptions

  /// Makes the plan.
  ///
  /// The holder looks at tables in common batches, since it has their locks already; workers take
  /// large tables.
  func plan(holder: Session, crew: Crew) async throws -> ReadPlan {
    let answers = try await answers(holder: holder, crew: crew)
    return ReadPlan(tables: opening.relations.filter(\.hasRows).map { table($0, answers) })
  }

  /// A table with its way, once the answers are known.
  private func table(_ relation: Relation, _ answers: Answers) -> ReadPlan.Table {
    let parent = opening.parent?.table(oid: relation.oid)
    return ReadPlan.Table(
      relation: relation,
      pages: opening.pages[relation.oid] ?? 0,
      way: way(of: relation, parent, answers),
      parent: parent
    )
  }

  private func way(
    of relation: Relation,
    _ parent: Manifest.Table?,
    _ answers: Answers
  ) -> ReadPlan.Way {
    if case .whole(let reason, comparesParent: false) = opening.history.trust {
      return .whole(reason: reason)
    }
    if let reason = wholeReason(relation, parent) { return .whole(reason: reason) }
    guard let answer = answers.byOid[relation.oid] else {
      return .whole(reason: "nobody was asked about its pages")
    }
    switch (opening.history.trust, answer) {
    case (.parent, .pages(let changed)): return .changed(changed, source: answers.source)
    case (.parent, .whole(let reason)): return .whole(reason: reason)
    case (.whole(let reason, _), .pages(let changed)):
      return .whole(reason: reason, changedPages: changed)
    case (.whole(let reason, _), .whole): return .whole(reason: reason)
    }
  }

  private func wholeReason(_ relation: Relation, _ parent: Manifest.Table?) -> String? {
    RelationTrust.reason(
      table: parent,
      relation: relation,
      state: opening.states[relation.oid],
      omitted: options.omitted
    )
  }

  /// What is known of pages, and who said so.
  private struct Answers {
    var byOid: [Int: PageCheck.Answer] = [:]
    var source = ""
  }

  private func answers(holder: Session, crew: Crew) async throws -> Answers {
    guard let horizon = opening.comparedHorizon, let source = opening.source else {
      return Answers()
    }
    let check = PageCheck(
      tables: candidates,
      horizon: horizon,
      source: source,
      omitted: options.omitted
    )
    let queue = PageQueue(check)
    async let common: Void = holder.run { try queue.askAsHolder($0) }
    try await crew.work { try queue.askAsWorker($0) }
    try await common
    try await holder.run { try queue.askAsHolder($0) }
    return Answers(byOid: queue.answers, source: source.name)
  }

  private var candidates: [PageCheck.Table] {
    opening.relations.filter(\.hasRows).compactMap { relation in
      guard let parent = opening.parent?.table(oid: relation.oid),
        wholeReason(relation, parent) == nil, let state = opening.states[relation.oid],
        let fileNode = relation.fileNode
      else { return nil }
      return PageCheck.Table(
        oid: relation.oid,
        name: relation.name,
        tablespace: state.tablespace,
        fileNode: fileNode,
        pages: opening.pages[relation.oid] ?? 0,
        parentPages: parent.pages
      )
    }
  }
}
