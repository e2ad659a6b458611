internal import Catalog
internal import Snapshot

/// Whether a relation may be read by its changed pages.
enum RelationTrust {
  /// Why a relation is read whole, for a person; nil when its changed pages suffice.
  ///
  /// - Parameters:
  ///   - table: the table of the same oid in the parent, if any; of the same name where the rule
  ///     about the oid is to be seen at work.
  ///   - relation: the relation in the snapshot.
  ///   - state: its state in the snapshot.
  ///   - omitted: the rules to leave out.
  /// - Returns: the reason, or nil.
  static func reason(
    table: Manifest.Table?,
    relation: Relation,
    state: RelationState?,
    omitted: Set<Precaution> = []
  ) -> String? {
    guard relation.isHeap else { return "its rows have no place in a heap" }
    guard let table else { return "it is not in the last snapshot" }
    guard let state, let before = table.state else {
      return "the last snapshot did not note its state"
    }
    guard table.stripePages > 0 else { return "the last snapshot cut it by content" }
    return rules(table, before, relation, state).first { !omitted.contains($0.0) && $0.1 }?.2
  }

  private static func rules(
    _ table: Manifest.Table,
    _ before: Manifest.State,
    _ relation: Relation,
    _ state: RelationState
  ) -> [(Precaution, Bool, String)] {
    let columns = table.columns.map { Column(name: $0.name, type: $0.type) }
    return [
      (.tableOid, table.oid != relation.oid, "it was created anew"),
      (.unlogged, relation.isUnlogged, "it is unlogged"),
      (
        .condition, relation.condition != nil || table.condition != nil,
        "only a part of its rows is the user's"
      ),
      (.tablespace, before.tablespace != state.tablespace, "it moved to another tablespace"),
      (
        .fileNode, relation.fileNode == nil || table.fileNode != relation.fileNode,
        "it was rewritten or truncated"
      ),
      (
        .columns, before.columns != state.columns || columns != relation.columns,
        "its columns changed"
      ),
      (.types, state.types == nil, "the text of one of its types depends on other objects"),
      (.types, before.types != state.types, "one of its types changed"),
    ]
  }
}
