internal import Postgres
internal import Restoration

/// The session in which a database is migrated: what its role may do, and how statements are read.
///
/// Where `CREATE TABLE x` lands, what `'01/02/2026'` means and which rows a policy shows come from
/// here and not from the patch. A rehearsal for one session proves nothing about another.
public struct LiveSession: Codable, Sendable, Equatable {
  /// The role's attributes, such as `superuser`.
  public var attributes: [String]
  /// The roles that it is a member of, directly or not, with the options of each grant.
  public var memberships: [String]
  /// The settings that decide what statements mean.
  public var settings: [String: String]
  /// The database's own label, such as `protected`; nil for none.
  public var label: String?

  /// Makes a session from what was read.
  public init(
    attributes: [String],
    memberships: [String],
    settings: [String: String],
    label: String?
  ) {
    self.attributes = attributes
    self.memberships = memberships
    self.settings = settings
    self.label = label
  }

  /// Reads it; any role may.
  static func read(_ connection: Connection) throws -> LiveSession {
    let names = settingNames.map(SQL.literal).joined(separator: ", ")
    // A connection for own queries has another search path than the one that patches begin with.
    let rows = try connection.execute(
      """
      SELECT name, CASE name WHEN 'search_path' THEN reset_val ELSE setting END AS setting
      FROM pg_catalog.pg_settings WHERE name IN (\(names))
      """
    )
    return LiveSession(
      attributes: try connection.execute(attributeQuery).map { $0.string("attribute") },
      memberships: try connection.execute(membershipQuery).map { $0.string("membership") },
      settings: Dictionary(
        rows.map { ($0.string("name"), $0.string("setting")) },
        uniquingKeysWith: { first, _ in first }
      ),
      label: try TargetIdentity.read(connection).label
    )
  }

  /// Settings of a session that change what a patch does; those of the server alone are part of the
  /// schema's fingerprint, and the runner sets its own timeouts.
  private static let settingNames = [
    "search_path", "TimeZone", "DateStyle", "IntervalStyle", "lc_monetary", "lc_numeric",
    "lc_time", "default_text_search_config", "default_tablespace", "default_table_access_method",
    "default_toast_compression", "default_transaction_isolation", "default_transaction_read_only",
    "default_transaction_deferrable", "session_replication_role", "row_security",
    "check_function_bodies", "transform_null_equals", "array_nulls", "bytea_output", "xmlbinary",
    "xmloption", "extra_float_digits", "standard_conforming_strings", "backslash_quote",
    "quote_all_identifiers", "createrole_self_grant", "plpgsql.variable_conflict",
  ]

  private static let attributeQuery = """
    SELECT a.attribute FROM pg_catalog.pg_roles r, LATERAL (VALUES
      ('superuser', r.rolsuper), ('inherit', r.rolinherit), ('createrole', r.rolcreaterole),
      ('createdb', r.rolcreatedb), ('replication', r.rolreplication),
      ('bypassrls', r.rolbypassrls)) AS a(attribute, is_set)
    WHERE r.rolname = current_user AND a.is_set ORDER BY 1
    """

  /// PostgreSQL 16 gave each grant options of its own, hence the JSON.
  private static let membershipQuery = """
    WITH RECURSIVE m AS (
      SELECT a.* FROM pg_catalog.pg_auth_members a
      WHERE a.member = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user)
      UNION SELECT a.* FROM pg_catalog.pg_auth_members a JOIN m ON a.member = m.roleid)
    SELECT DISTINCT pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(m.roleid))
      || CASE WHEN m.admin_option THEN ' with admin' ELSE '' END
      || CASE WHEN pg_catalog.to_jsonb(m) ->> 'inherit_option' = 'false'
         THEN ' without inherit' ELSE '' END
      || CASE WHEN pg_catalog.to_jsonb(m) ->> 'set_option' = 'false'
         THEN ' without set' ELSE '' END AS membership
    FROM m ORDER BY 1
    """
}

extension LiveSession {
  /// How this session differs from the one that was rehearsed for, each difference in a sentence.
  ///
  /// - Parameters:
  ///   - rehearsed: the session of the receipt.
  ///   - role: the role's name.
  /// - Returns: the sentences; empty where nothing differs.
  func differences(from rehearsed: LiveSession, role: String) -> [String] {
    let gained = attributes.filter { !rehearsed.attributes.contains($0) }
    let lost = rehearsed.attributes.filter { !attributes.contains($0) }
    let joined = memberships.filter { !rehearsed.memberships.contains($0) }
    let left = rehearsed.memberships.filter { !memberships.contains($0) }
    var lines = gained.map { "role \(role) has the attribute \($0), and had not in the rehearsal" }
    lines += lost.map { "role \(role) had the attribute \($0) in the rehearsal, and has not now" }
    lines += joined.map { "role \(role) is a member of \($0), and was not in the rehearsal" }
    lines += left.map { "role \(role) was a member of \($0) in the rehearsal, and is not now" }
    for name in Set(settings.keys).union(rehearsed.settings.keys).sorted() {
      let (old, new) = (rehearsed.settings[name], settings[name])
      guard old != new else { continue }
      lines.append(
        "setting \(name) was \(Self.quoted(old)) in the rehearsal, and is \(Self.quoted(new)) now"
      )
    }
    if label != rehearsed.label {
      lines.append(
        "the database is labelled \(Self.quoted(label)), and was \(Self.quoted(rehearsed.label))"
          + " in the rehearsal"
      )
    }
    return lines
  }

  private static func quoted(_ value: String?) -> String { value.map { "'\($0)'" } ?? "not set" }
}
