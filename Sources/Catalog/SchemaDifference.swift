/// How one fingerprint differs from another: objects added, removed and changed.
public struct SchemaDifference: Sendable, Equatable, Codable {
  /// An object that both have, with another text.
  public struct Change: Sendable, Equatable, Codable {
    /// The object.
    public let object: SchemaObject
    /// Its text in the older fingerprint.
    public let old: String
    /// Its text in the newer one.
    public let new: String
  }

  /// An object that only one of them has.
  public struct Entry: Sendable, Equatable, Codable {
    /// The object.
    public let object: SchemaObject
    /// Its text.
    public let text: String
  }

  /// Objects that only the newer one has, in their order.
  public let added: [Entry]
  /// Objects that only the older one has, in their order.
  public let removed: [Entry]
  /// Objects whose text differs, in their order.
  public let changed: [Change]

  /// Whether there is no difference.
  public var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty }

  /// Every object that differs, in order.
  public var objects: [SchemaObject] {
    (added.map(\.object) + removed.map(\.object) + changed.map(\.object)).sorted()
  }

  init(added: [Entry], removed: [Entry], changed: [Change]) {
    self.added = added
    self.removed = removed
    self.changed = changed
  }

  /// Compares two fingerprints, the older one first.
  public init(from older: SchemaFingerprint, to newer: SchemaFingerprint) {
    var added: [Entry] = []
    var changed: [Change] = []
    for (object, text) in newer.texts {
      switch older.texts[object] {
      case nil: added.append(Entry(object: object, text: text))
      case .some(let old) where Wording.isSame(old, text, of: object): break
      case .some(let old): changed.append(Change(object: object, old: old, new: text))
      }
    }
    let removed = older.texts.filter { newer.texts[$0.key] == nil }.map {
      Entry(object: $0.key, text: $0.value)
    }
    self.added = added.sorted { $0.object < $1.object }
    self.removed = removed.sorted { $0.object < $1.object }
    self.changed = changed.sorted { $0.object < $1.object }
  }

  /// The difference as a diff: `+` what is new, `-` what is gone, `~` what changed, line by line.
  ///
  /// ```
  /// + column public.jobs.note: text
  /// ~ table public.jobs
  ///     + note
  /// ```
  public var lines: [String] {
    var lines = removed.flatMap { Self.lines("-", $0) } + added.flatMap { Self.lines("+", $0) }
    for change in changed {
      lines.append("~ \(change.object)")
      let old = change.old.split(separator: "\n")
      let new = change.new.split(separator: "\n")
      for step in new.difference(from: old) {
        switch step {
        case .remove(_, let line, _): lines.append("    - \(line.trimmedStart)")
        case .insert(_, let line, _): lines.append("    + \(line.trimmedStart)")
        }
      }
    }
    return lines
  }

  /// A text of one line stands beside the object, a longer one below it.
  private static func lines(_ mark: String, _ entry: Entry) -> [String] {
    let text = entry.text.split(separator: "\n")
    guard text.count > 1 else { return ["\(mark) \(entry.object): \(entry.text)"] }
    return ["\(mark) \(entry.object)"] + text.map { "    \(mark) \($0.trimmedStart)" }
  }
}

extension Substring {
  fileprivate var trimmedStart: Substring { drop { $0 == " " } }
}
