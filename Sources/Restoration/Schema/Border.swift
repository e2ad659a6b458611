internal import Postgres
internal import Problems

/// What crosses a schema's border: objects outside that hang on objects inside, and foreign keys
/// the other way.
///
/// Such objects follow the old ones by identity when a schema is renamed (tested). So their
/// definitions are read before the swap, under the live name, and made again after it.
struct Border: Sendable, Equatable {
  /// A view outside; `CREATE OR REPLACE` keeps its owner, rights, comment, triggers and what hangs
  /// on it.
  struct View: Sendable, Equatable {
    let schema: String
    let name: String
    let definition: String
    let options: [String]
    /// Rules of the view's own that reach inside.
    let rules: [String]
  }

  /// A foreign key between a table inside and one outside.
  struct ForeignKey: Sendable, Equatable {
    /// The table that has the constraint, and the one that it refers to.
    let table: LockedTable
    let referenced: LockedTable
    let name: String
    var definition: String
    let comment: String?
    let isPartitioned: Bool

    /// Its names.
    var key: Journal.Key {
      Journal.Key(schema: table.schema, table: table.name, name: name)
    }

    /// Whether the server does not check rows that are there already.
    var staysUnvalidated: Bool {
      definition.hasSuffix("NOT VALID") || definition.hasSuffix("NOT ENFORCED")
    }
  }

  /// Membership of a table inside, or of the schema itself, in a publication.
  struct Membership: Sendable, Equatable {
    let publication: String
    /// The table's name; nil for the whole schema.
    let table: String?
    /// What follows the table's name: columns and a row filter.
    let suffix: String
  }

  let views: [View]
  /// From outside to inside.
  var incoming: [ForeignKey]
  /// From inside to outside.
  var outgoing: [ForeignKey]
  let memberships: [Membership]
  /// Statements that give the default rights back.
  let defaultRights: [String]
  /// What crosses and cannot be made again, described by PostgreSQL.
  let dropObstacles: [String]
  /// Why this schema cannot be replaced at all, whatever crosses: its name or its part.
  let ownObstacles: [String]

  /// The same border, in which keys that are only waiting to be checked are meant to be valid.
  func expecting(_ unchecked: [Journal.Key]) -> Border {
    func expected(_ key: ForeignKey) -> ForeignKey {
      guard unchecked.contains(key.key), key.definition.hasSuffix(" NOT VALID") else { return key }
      var copy = key
      copy.definition.removeLast(" NOT VALID".count)
      return copy
    }
    var copy = self
    copy.incoming = incoming.map(expected)
    copy.outgoing = outgoing.map(expected)
    return copy
  }

  /// All that refuses a replacement.
  var obstacles: [String] { ownObstacles + dropObstacles }

  /// Refuses what cannot be made again.
  func requirePassable(_ schema: String) throws {
    guard !obstacles.isEmpty else { return }
    throw Problem(
      .refused,
      code: "restore.border",
      "schema \(schema) cannot be replaced alone; nothing was changed",
      reason: "objects cross its border that would stay with the old copy",
      facts: obstacles.prefix(20).map { Problem.Fact("crosses", $0) },
      hint: "Replace the whole database: the same command without --schema."
    )
  }

  /// The lines that a token binds.
  var binding: String {
    let lines =
      views.map { "view \($0.schema) \($0.name) \($0.options) \($0.definition) \($0.rules)" }
      + incoming.map { "incoming \($0.table.oid) \($0.name) \($0.definition)" }
      + outgoing.map { "outgoing \($0.table.oid) \($0.name) \($0.definition)" }
      + memberships.map { "publication \($0.publication) \($0.table ?? "*") \($0.suffix)" }
      + defaultRights
    return lines.sorted().joined(separator: "\n")
  }

  /// The objects outside, for a plan.
  var objects: [PlannedObject] {
    views.map { PlannedObject(kind: "view", name: "\($0.schema).\($0.name)") }
      + (incoming + outgoing).map {
        PlannedObject(
          kind: "foreign key",
          name: "\($0.name) on \($0.table.schema).\($0.table.name)"
        )
      }
      + memberships.map { member in
        PlannedObject(
          kind: "publication",
          name: "\(member.publication) of \(member.table ?? "the schema")"
        )
      }
  }
}
