internal import Bytes

/// What a patch did to a schema: objects added and changed with their new text, objects removed.
///
/// Taken on the scratch and again on the live database, inside the patch's transaction before its
/// COMMIT; the two must be equal. That works although the scratch was restored and says some things
/// in other words, because what a patch makes is new on both sides, and the old texts are left out.
public struct ChangeSet: Sendable, Equatable, Codable {
  /// Objects that were not there before, with their text.
  public let added: [SchemaDifference.Entry]
  /// Objects that were there with another text, with the new one.
  public let changed: [SchemaDifference.Entry]
  /// Objects that are gone.
  public let removed: [SchemaObject]

  /// What happened between two fingerprints, taken in one session.
  ///
  /// Of the environment only extensions and the settings of databases and roles count, since a patch
  /// can change nothing else there: versions of collations are the machine's.
  public init(from before: SchemaFingerprint, to after: SchemaFingerprint) {
    let difference = SchemaDifference(from: Self.patchable(before), to: Self.patchable(after))
    added = difference.added
    changed = difference.changed.map { .init(object: $0.object, text: $0.new) }
    removed = difference.removed.map(\.object)
  }

  private static func patchable(_ fingerprint: SchemaFingerprint) -> SchemaFingerprint {
    SchemaFingerprint(
      texts: fingerprint.texts.filter { object, _ in
        object.part != .environment || ["extension", "settings"].contains(object.kind)
      }
    )
  }

  /// Whether the schema is as it was.
  public var isEmpty: Bool { added.isEmpty && changed.isEmpty && removed.isEmpty }

  /// Every object that was touched, in order: the patch's footprint in the schema.
  public var objects: [SchemaObject] {
    (added.map(\.object) + changed.map(\.object) + removed).sorted()
  }

  /// How this change differs from the one that was expected, line by line; empty when it does not.
  ///
  /// ```
  /// expected, did not happen: added column public.jobs.note: text
  /// happened, not expected: removed index public.jobs.jobs_note_idx
  /// ```
  public func lines(against expected: ChangeSet) -> [String] {
    let found = steps
    let wanted = expected.steps
    let foundWords = Set(found.map(\.canonical))
    let wantedWords = Set(wanted.map(\.canonical))
    let missing = wanted.filter { !foundWords.contains($0.canonical) }.map(\.text)
    let surplus = found.filter { !wantedWords.contains($0.canonical) }.map(\.text)
    return missing.map { "expected, did not happen: \($0)" }
      + surplus.map { "happened, not expected: \($0)" }
  }

  /// A change as one line, as it is and in the form in which it is compared.
  private struct Step {
    var text: String
    var canonical: ExactText

    init(_ verb: String, _ entry: SchemaDifference.Entry) {
      text = "\(verb) \(entry.object): \(entry.text)"
      canonical = ExactText(
        "\(verb) \(entry.object): \(Wording.canonical(entry.text, of: entry.object))"
      )
    }

    init(removed object: SchemaObject) {
      text = "removed \(object)"
      canonical = ExactText(text)
    }
  }

  private var steps: [Step] {
    added.map { Step("added", $0) } + changed.map { Step("changed", $0) }
      + removed.map { Step(removed: $0) }
  }
}
