internal import Postgres

/// A pattern for the names of tables: `jobs`, `public.jobs`, `*.job_*`.
///
/// `*` stands for any characters and `?` for one, as in `psql` (manual, psql "Patterns"), without
/// its quotes and its folding of case: a name is written as it is.
public struct TablePattern: Sendable, Equatable {
  private let schema: String?
  private let name: String

  /// Reads a pattern; a dot separates schema and name.
  public init(_ text: String) {
    if let dot = text.firstIndex(of: ".") {
      schema = String(text[..<dot])
      name = String(text[text.index(after: dot)...])
    } else {
      schema = nil
      name = text
    }
  }

  /// Whether a relation's name fits.
  public func matches(_ relation: RelationName) -> Bool {
    let schemaFits = schema.map { Self.fits(Array($0)[...], Array(relation.schema)[...]) } ?? true
    return schemaFits && Self.fits(Array(name)[...], Array(relation.name)[...])
  }

  /// The same pattern for `pg_dump --table`, which folds case unless a name is in double quotes.
  public var dumpPattern: String {
    [schema, name].compactMap { $0.map(Self.quoted) }.joined(separator: ".")
  }

  /// Everything but `*` and `?` in double quotes (manual, psql "Patterns").
  private static func quoted(_ pattern: String) -> String {
    var text = ""
    var literal = ""
    for character in pattern {
      guard character == "*" || character == "?" else {
        literal.append(character)
        continue
      }
      if !literal.isEmpty { text += SQL.identifier(literal) }
      literal = ""
      text.append(character)
    }
    return literal.isEmpty ? text : text + SQL.identifier(literal)
  }

  /// Whether a name fits a pattern, in which a dot means itself.
  public static func fits(_ pattern: String, _ name: String) -> Bool {
    fits(Array(pattern)[...], Array(name)[...])
  }

  private static func fits(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool
  {
    guard let first = pattern.first else { return text.isEmpty }
    let rest = pattern.dropFirst()
    if first == "*" {
      return (text.startIndex...text.endIndex).contains { fits(rest, text[$0...]) }
    }
    guard let character = text.first, first == "?" || first == character else { return false }
    return fits(rest, text.dropFirst())
  }
}
