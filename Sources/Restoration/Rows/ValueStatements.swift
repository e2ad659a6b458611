internal import Postgres
internal import Snapshot

/// The statements that set what is neither definition nor row: sequences and materialised views.
struct ValueStatements {
  let manifest: Manifest

  /// Statements that set the chosen sequences, some hundred in each.
  func sequences(_ isChosen: (String, String) -> Bool) -> [String] {
    let chosen = manifest.sequences.filter { isChosen($0.schema, $0.name) }
    return stride(from: 0, to: chosen.count, by: 500).map { start in
      let calls = chosen[start..<min(start + 500, chosen.count)].map { sequence in
        let name = SQL.literal(SQL.identifier(sequence.schema, sequence.name))
        return "pg_catalog.setval(\(name), \(sequence.lastValue), \(sequence.isCalled))"
      }
      return "SELECT \(calls.joined(separator: ", "))"
    }
  }

  /// Statements that fill the views that were filled, those first that others read.
  func refreshes(
    _ isChosen: (String, String) -> Bool
  ) -> [(view: String, statement: String)] {
    manifest.materializedViews.filter { $0.isPopulated && isChosen($0.schema, $0.name) }.map {
      (
        "\($0.schema).\($0.name)",
        "REFRESH MATERIALIZED VIEW \(SQL.identifier($0.schema, $0.name))"
      )
    }
  }
}

extension LargeObjectList.Item {
  /// The statements that give a large object its owner, its rights and its comment.
  func statements(_ without: Omissions) -> [String] {
    var statements: [String] = []
    if !without.contains(.owners) {
      statements.append("ALTER LARGE OBJECT \(oid) OWNER TO \(SQL.identifier(owner))")
    }
    if !without.contains(.privileges) {
      let keepsOwners = !without.contains(.owners)
      if keepsOwners, let ownerLacks {
        let list = ownerLacks.joined(separator: ", ")
        statements.append(
          "REVOKE \(list) ON LARGE OBJECT \(oid) FROM \(SQL.identifier(owner))"
        )
      }
      statements += grants.flatMap { Self.granting($0, oid, keepsGrantor: keepsOwners) }
    }
    if let comment {
      statements.append("COMMENT ON LARGE OBJECT \(oid) IS \(SQL.literal(comment))")
    }
    return statements
  }

  /// The statements that give it its security labels, which need their providers.
  var labelStatements: [String] {
    (labels ?? []).map { label in
      "SECURITY LABEL FOR \(SQL.identifier(label.provider)) ON LARGE OBJECT \(oid) IS"
        + " \(SQL.literal(label.text))"
    }
  }

  /// Only a role itself can grant in its own name, so for that the session becomes the role.
  private static func granting(
    _ grant: LargeObjectList.Grant,
    _ oid: Int,
    keepsGrantor: Bool
  ) -> [String] {
    let role = grant.role.map { SQL.identifier($0) } ?? "PUBLIC"
    let statement =
      "GRANT \(grant.privilege) ON LARGE OBJECT \(oid) TO \(role)"
      + (grant.isGrantable ? " WITH GRANT OPTION" : "")
    guard keepsGrantor, let grantor = grant.grantor else { return [statement] }
    return ["SET ROLE \(SQL.identifier(grantor))", statement, "RESET ROLE"]
  }
}
