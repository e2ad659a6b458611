internal import Catalog

/// What patches touch: the tables that the rehearsal saw locked, written or scanned, the objects
/// that it saw change, and what hangs one step from them.
struct Footprint {
  private let names: Set<String>

  init(of patches: [Receipt.Patch]) {
    var names: Set<String> = []
    for patch in patches {
      names.formUnion(patch.tables)
      names.formUnion(patch.changes.objects.map(\.name))
      names.formUnion(patch.changes.objects.compactMap { Self.table(of: $0) })
    }
    self.names = names
  }

  /// Whether a changed object lies in the footprint: it is a part of something touched, or its text
  /// speaks of something touched (an index on a table, a foreign key to it, a view over it).
  func holds(_ object: SchemaObject, text: String) -> Bool {
    names.contains { name in
      object.name == name || object.name.hasPrefix("\(name).") || text.contains(name)
    }
  }

  /// The table that a column or a constraint belongs to: the name without its last part.
  private static func table(of object: SchemaObject) -> String? {
    guard ["column", "constraint", "trigger", "policy", "rule"].contains(object.kind),
      let dot = object.name.lastIndex(of: ".")
    else { return nil }
    return String(object.name[..<dot])
  }
}
