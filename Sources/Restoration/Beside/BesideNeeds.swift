internal import Postgres
internal import Problems

/// What a table uses and does not bring along: types, functions, schemas, roles.
///
/// All of it must be in the live database before anything is made there. It is looked up by name:
/// a function of the same name serves the copy, whatever it does by now, as it serves the live table.
struct BesideNeeds: Sendable {
  /// An object as the server itself addresses it (manual, `pg_get_object_address`).
  struct Object: Sendable {
    let type: String
    let names: String
    let arguments: String
    let identity: String
  }

  let objects: [Object]
  private(set) var roles: [String]

  /// Asks a scratch server what a tree uses.
  static func read(
    _ tree: BesideTree,
    _ without: Omissions,
    _ connection: Connection
  ) throws -> BesideNeeds {
    let roles = BesideQuery.roles(
      tree.oids,
      owners: !without.contains(.owners),
      privileges: !without.contains(.privileges)
    )
    return BesideNeeds(
      objects: try connection.execute(BesideQuery.needs(tree.oids)).map { row in
        Object(
          type: row.string("type"),
          names: row.string("names"),
          arguments: row.string("arguments"),
          identity: row.string("identity")
        )
      },
      roles: try connection.execute(roles).map { $0.string("role") }
    )
  }

  /// The same needs where roles have other names.
  func mapped(by map: RoleMap) -> BesideNeeds {
    var copy = self
    copy.roles = roles.map { map[$0] }
    return copy
  }

  /// Refuses a database that does not have all of it; looks only.
  func require(in connection: Connection) throws {
    let missing: [String]
    do {
      missing = try lacking(connection)
    } catch let error as PostgresError {
      throw Problem.ofLooking(error)
    }
    guard !missing.isEmpty else { return }
    throw Problem(
      .refused,
      code: "restore.needs",
      "the live database lacks what the table uses; nothing was changed",
      facts: missing.map { Problem.Fact("missing", $0) },
      hint: missing.allSatisfy { $0.hasPrefix("role ") }
        ? "Create the roles, or give --map-role OLD=NEW, or --no-owner and --no-privileges."
        : "Make them first (drydock export SNAPSHOT --schema-only prints how), or restore the"
          + " table into an empty database."
    )
  }

  private func lacking(_ connection: Connection) throws -> [String] {
    var missing: [String] = []
    for object in objects where try !isThere(object, connection) {
      missing.append("\(object.type) \(object.identity)")
    }
    for role in roles {
      let count = try connection.query(
        "SELECT count(*) FROM pg_catalog.pg_roles WHERE rolname = $1",
        [.text(role)]
      ).int
      if count == 0 { missing.append("role \(role)") }
    }
    return missing
  }

  private func isThere(_ object: Object, _ connection: Connection) throws -> Bool {
    do {
      try connection.query(
        "SELECT pg_catalog.pg_get_object_address($1, $2::text[], $3::text[])",
        [.text(object.type), .text(object.names), .text(object.arguments)]
      )
      return true
    } catch {
      // Undefined object, function, table, column or schema: classes 42 and 3F (appendix A).
      guard let state = error.sqlState,
        state.hasPrefix("42") && state != "42501" || state == "3F000"
      else { throw error }
      return false
    }
  }
}
