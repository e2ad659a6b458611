internal import Postgres

/// The identity of one object of a schema fingerprint: which part, what kind, which name.
///
/// An identity survives dump and restore: it holds no oid and no attribute number.
public struct SchemaObject: Sendable, Hashable, Codable, Comparable {
  /// The three parts of a fingerprint, which are judged apart.
  public enum Part: String, Sendable, Codable, CaseIterable, Comparable {
    /// What the database holds: tables, constraints, functions, types and so on.
    case structure
    /// Who may do what: owners, access control lists, memberships.
    case access
    /// What the database stands on: extensions, server, collations, settings.
    case environment

    /// Structure before access before environment.
    public static func < (one: Part, other: Part) -> Bool { one.place < other.place }

    private var place: Int {
      switch self {
      case .structure: 0
      case .access: 1
      case .environment: 2
      }
    }
  }

  /// The part that it belongs to.
  public let part: Part
  /// What it is, in PostgreSQL's words: `table`, `column`, `foreign server`.
  public let kind: String
  /// Its name with its schema, quoted where SQL needs it: `public.jobs`, `public.jobs.id`.
  public let name: String

  /// Names an object.
  public init(_ part: Part, _ kind: String, _ name: String) {
    self.part = part
    self.kind = kind
    self.name = name
  }

  /// Whether both are the same object: to the server, names that differ in a byte are two.
  public static func == (one: SchemaObject, other: SchemaObject) -> Bool {
    one.part == other.part && one.kind == other.kind
      && one.name.utf8.elementsEqual(other.name.utf8)
  }

  /// By part, kind and name, compared byte by byte, so that the order is the same everywhere.
  public static func < (one: SchemaObject, other: SchemaObject) -> Bool {
    if one.part != other.part { return one.part < other.part }
    if one.kind != other.kind { return one.kind < other.kind }
    return one.name.utf8.lexicographicallyPrecedes(other.name.utf8)
  }
}

extension SchemaObject: CustomStringConvertible {
  /// The object for a person: `table public.jobs`, `access of table public.jobs`.
  public var description: String {
    part == .access ? "access of \(kind) \(name)" : "\(kind) \(name)"
  }
}

extension SchemaObject {
  /// The table that the object is a part of, or the object's own name without arguments.
  ///
  /// `public.jobs` for `column public.jobs.id`, `public.add` for `function public.add(a integer)`.
  var home: String {
    let belongsToTable = ["column", "constraint", "index", "trigger", "rule", "policy"]
    var words: [String] = [""]
    var isQuoted = false
    // Scalars: a quote with a combining accent behind it is a quote to the server.
    for scalar in name.unicodeScalars {
      if scalar == "\"" { isQuoted.toggle() }
      if !isQuoted && (scalar == "(" || scalar == " ") { break }
      if !isQuoted && scalar == "." {
        words.append("")
      } else {
        words[words.count - 1].unicodeScalars.append(scalar)
      }
    }
    return words.prefix(belongsToTable.contains(kind) ? 2 : words.count).joined(separator: ".")
  }

  /// Whether the object is a schema of this name, or lies in it.
  public func lies(in schema: String) -> Bool {
    let names = [schema, SQL.identifier(schema)]
    if kind == "schema" { return names.contains(name) }
    return names.contains { name.hasPrefix("\($0).") }
  }
}
