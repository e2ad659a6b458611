/// Reads from two looks, before and after, what a statement did.
struct StatementReading {
  /// The relations as they stood before the statement.
  let relations: RelationMap
  let before: Look
  let after: Look
  /// Whether both looks were taken from inside one transaction.
  let isInside: Bool

  /// Writes it into an observation, beside what a second session saw of locks.
  func fill(_ observation: inout Observation) {
    observation.walBytes = after.walBefore - before.walAfter
    observation.locks = locks(beside: observation.locks)
    observation.rewrites = rewrites
    observation.indexRewrites = indexRewrites
    observation.scans = scans(under: observation.locks)
    observation.changes = changes
    observation.created = created
    observation.dropped = named(.dropped)
    observation.losses = losses
  }

  private func locks(beside sampled: [Observation.Lock]) -> [Observation.Lock] {
    let noted = after.records.compactMap { record -> Look.Lock? in
      guard record.event == .locked, let relation = record.relation, let mode = record.detail
      else { return nil }
      return Look.Lock(relation: relation, mode: mode)
    }
    return Set(sampled + relations.locks(after.locks + noted))
      .sorted { ($0.table, $0.mode) < ($1.table, $1.mode) }
  }

  private var rewrites: [Observation.Rewrite] {
    after.relations.compactMap { state in
      guard let known = relations.lockable(state.oid), known.isTable,
        let old = relations[state.oid]
      else { return nil }
      let isEmptied = isEmptied(state, from: old)
      guard isEmptied || old.file != state.file else { return nil }
      return Observation.Rewrite(
        table: known.name,
        bytes: old.bytes,
        reason: isEmptied ? .emptied : reason(of: state.oid),
        bytesAfter: state.bytes
      )
    }.sorted { $0.table < $1.table }
  }

  /// The reason is a set of bits; the first that is known names it.
  func reason(of table: Int) -> Observation.Rewrite.Reason? {
    let bits = after.records.filter { $0.event == .rewritten && $0.relation == table }
      .compactMap { $0.detail.flatMap { Int($0) } }.reduce(0, |)
    return Self.reasons.first { bits & $0.bit != 0 }?.reason
  }

  /// `AT_REWRITE_*` of the server's event_trigger.h, the same from 15 to 18 (tested).
  private static let reasons: [(bit: Int, reason: Observation.Rewrite.Reason)] = [
    (4, .columnType), (2, .defaultValue), (8, .accessMethod), (1, .persistence),
  ]

  private var indexRewrites: [Observation.IndexRewrite] {
    after.relations.compactMap { state in
      guard state.isIndex, relations.hadIndex(named: state.name),
        let table = state.table.flatMap({ relations.lockable($0) }),
        let old = relations.index(named: state.name), old.file != state.file
      else { return nil }
      return Observation.IndexRewrite(index: state.name, table: table.name, bytes: old.bytes)
    }.sorted { $0.index < $1.index }
  }

  private func scans(under locks: [Observation.Lock]) -> [Observation.Scan] {
    let old = counts(before)
    return after.activity.compactMap { now in
      guard now.scans > old[now.oid]?.scans ?? 0, let known = relations.lockable(now.oid)
      else { return nil }
      return Observation.Scan(
        table: known.name,
        bytes: relations[now.oid]?.bytes ?? 0,
        isUnderLock: locks.contains { $0.table == known.name && $0.stopsWriters }
      )
    }.sorted { $0.table < $1.table }
  }

  private var changes: [Observation.TableChange] {
    let old = counts(before)
    let new = counts(after)
    let sizes = Dictionary(
      after.relations.map { ($0.oid, $0.bytes) },
      uniquingKeysWith: { first, _ in first }
    )
    return Set(new.keys).union(sizes.keys).compactMap { oid in
      guard let known = relations.lockable(oid), known.isTable else { return nil }
      let bytes = relations[oid]?.bytes ?? 0
      let change = Observation.TableChange(
        table: known.name,
        inserted: (new[oid]?.inserted ?? 0) - (old[oid]?.inserted ?? 0),
        updated: (new[oid]?.updated ?? 0) - (old[oid]?.updated ?? 0),
        deleted: (new[oid]?.deleted ?? 0) - (old[oid]?.deleted ?? 0),
        bytesBefore: bytes,
        bytesAfter: sizes[oid] ?? bytes
      )
      return change.isNone ? nil : change
    }.sorted { $0.table < $1.table }
  }

  private func counts(_ look: Look) -> [Int: Look.Activity] {
    Dictionary(look.activity.map { ($0.oid, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// What event triggers saw, and the relations that constraints bring with them.
  private var created: [Observation.NamedObject] {
    let relations = after.relations.filter { state in
      self.relations[state.oid] == nil && self.relations.index(named: state.name) == nil
    }.map { Observation.NamedObject(kind: $0.kindName, name: $0.name) }
    let all = named(.created).filter { !isKnown($0) } + relations
    return Set(all).sorted { ($0.kind, $0.name) < ($1.kind, $1.name) }
  }

  /// A view that was replaced or an index that was built again has not been created.
  private func isKnown(_ object: Observation.NamedObject) -> Bool {
    after.records.contains { record in
      record.event == .created && record.name == object.name
        && record.relation.flatMap { relations[$0] } != nil
    } || (object.kind == "index" && relations.index(named: object.name) != nil)
  }

  private func named(_ event: Look.Record.Event) -> [Observation.NamedObject] {
    let found = after.records.compactMap { record -> Observation.NamedObject? in
      guard record.event == event, let kind = record.kind, let name = record.name else {
        return nil
      }
      return Observation.NamedObject(kind: kind, name: name)
    }
    return Set(found).sorted { ($0.kind, $0.name) < ($1.kind, $1.name) }
  }
}

extension Observation.TableChange {
  /// Whether nothing changed.
  fileprivate var isNone: Bool {
    inserted == 0 && updated == 0 && deleted == 0 && bytesBefore == bytesAfter
  }
}
