/// The part of a schema that patches touch, with what hangs one step from it.
///
/// Drift inside it makes a rehearsal worthless and refuses the migration; drift outside is listed.
public struct Footprint: Sendable, Equatable {
  /// The names of tables, functions, types and so on, as a fingerprint writes them: `public.jobs`.
  public let names: Set<String>

  /// The footprint of patches that were rehearsed.
  ///
  /// - Parameters:
  ///   - tables: the tables that were locked or written, as a fingerprint writes them.
  ///   - changes: what the patches did to the schema.
  public init(tables: Set<String>, changes: [ChangeSet]) {
    names = tables.union(changes.flatMap(\.objects).map(\.home))
  }

  /// Whether an object lies inside, or one step from it.
  ///
  /// Inside are the named objects with all their parts, the schemas that hold them, and whatever
  /// mentions one of them in its text: a foreign key from another table, a view, a publication. The
  /// environment concerns every patch.
  ///
  /// - Parameters:
  ///   - object: the object.
  ///   - texts: its texts, the old one and the new one where there are both.
  /// - Returns: whether a change of it may change what the patches do.
  public func contains(_ object: SchemaObject, texts: [String]) -> Bool {
    if object.part == .environment || names.contains(object.home) { return true }
    if object.kind == "schema" { return names.contains { $0.hasPrefix("\(object.name).") } }
    return texts.contains { text in names.contains { Self.mentions($0, in: text) } }
  }

  /// Whether a text holds a name as a whole: `public.jobs` is not in `public.jobs_old`.
  static func mentions(_ name: String, in text: String) -> Bool {
    text.ranges(of: name).contains { range in
      let before =
        range.lowerBound == text.startIndex ? " " : text[text.index(before: range.lowerBound)]
      let after = range.upperBound == text.endIndex ? " " : text[range.upperBound]
      return !isPartOfName(before) && !isPartOfName(after)
    }
  }

  private static func isPartOfName(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_" || character == "$"
  }
}

extension SchemaDifference {
  /// Drift, parted by what it means for patches with this footprint.
  ///
  /// - Parameter footprint: what the patches touch.
  /// - Returns: `inside`, which refuses them, and `outside`, which is listed and recorded.
  public func parted(
    by footprint: Footprint
  ) -> (inside: SchemaDifference, outside: SchemaDifference) {
    func isInside(_ entry: Entry) -> Bool {
      footprint.contains(entry.object, texts: [entry.text])
    }
    func isInside(_ change: Change) -> Bool {
      footprint.contains(change.object, texts: [change.old, change.new])
    }
    let inside = SchemaDifference(
      added: added.filter(isInside),
      removed: removed.filter(isInside),
      changed: changed.filter(isInside)
    )
    let outside = SchemaDifference(
      added: added.filter { !isInside($0) },
      removed: removed.filter { !isInside($0) },
      changed: changed.filter { !isInside($0) }
    )
    return (inside, outside)
  }
}
