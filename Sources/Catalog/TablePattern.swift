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
    let scalars = text.unicodeScalars
    if let dot = scalars.firstIndex(of: ".") {
      schema = String(scalars[..<dot])
      name = String(scalars[scalars.index(after: dot)...])
    } else {
      schema = nil
      name = text
    }
  }

  /// Whether a relation's name fits.
  public func matches(_ relation: RelationName) -> Bool {
    let schemaFits = schema.map { Self.fits($0, relation.schema) } ?? true
    return schemaFits && Self.fits(name, relation.name)
  }

  /// The same pattern for `pg_dump --table`, which folds case unless a name is in double quotes.
  public var dumpPattern: String {
    [schema, name].compactMap { $0.map(Self.quoted) }.joined(separator: ".")
  }

  /// Everything but `*` and `?` in double quotes (manual, psql "Patterns").
  private static func quoted(_ pattern: String) -> String {
    var text = ""
    var literal = ""
    for scalar in pattern.unicodeScalars {
      guard scalar == "*" || scalar == "?" else {
        literal.unicodeScalars.append(scalar)
        continue
      }
      if !literal.isEmpty { text += SQL.identifier(literal) }
      literal = ""
      text.unicodeScalars.append(scalar)
    }
    return literal.isEmpty ? text : text + SQL.identifier(literal)
  }

  /// Whether a name fits a pattern, in which a dot means itself.
  ///
  /// Scalar by scalar, as the server and `pg_dump` compare: what they keep apart must not fit here, or
  /// a table would have rows in a snapshot and no definition, or the other way round.
  public static func fits(_ pattern: String, _ name: String) -> Bool {
    fits(Array(pattern.unicodeScalars)[...], Array(name.unicodeScalars)[...])
  }

  private static func fits(
    _ pattern: ArraySlice<Unicode.Scalar>,
    _ text: ArraySlice<Unicode.Scalar>
  ) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    let rest = pattern.dropFirst()
    if first == "*" {
      return (text.startIndex...text.endIndex).contains { fits(rest, text[$0...]) }
    }
    guard let scalar = text.first, first == "?" || first == scalar else { return false }
    return fits(rest, text.dropFirst())
  }
}
