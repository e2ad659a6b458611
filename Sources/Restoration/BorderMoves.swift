internal import Postgres
internal import Problems

/// The statements around an exchange of names: what leaves the copy that goes, and what is made
/// again on the copy that comes.
struct BorderMoves {
  let border: Border
  let schema: String
  let connection: Connection

  /// Frees the copy that goes, while it still has the live name.
  ///
  /// Foreign keys to tables outside go too: a copy that is set aside must not refuse a delete in a
  /// live table, nor be changed by one.
  func detach() throws {
    for key in border.incoming + border.outgoing {
      try run(
        "ALTER TABLE \(key.table.sql) DROP CONSTRAINT \(SQL.identifier(key.name))",
        doing: "cannot move foreign key \(key.name) of \(key.table.label)"
      )
    }
    for member in border.memberships {
      try run(
        "ALTER PUBLICATION \(SQL.identifier(member.publication)) DROP \(place(member))",
        doing: "cannot move publication \(member.publication)"
      )
    }
  }

  /// Makes everything again, once the copy that comes has the live name.
  func attach() throws {
    for view in border.views { try attach(view) }
    for key in border.incoming { try attach(key) }
    for member in border.memberships {
      try run(
        "ALTER PUBLICATION \(SQL.identifier(member.publication)) ADD \(place(member))"
          + member.suffix,
        doing: "cannot move publication \(member.publication)"
      )
    }
  }

  /// Gives a new schema the default rights that the live one had.
  func giveDefaultRights() throws {
    for statement in border.defaultRights {
      try run(statement, doing: "cannot give schema \(schema) its default rights")
    }
  }

  /// What the copy that goes needs again, should it come back.
  var keysToKeep: [Journal.ForeignKey] {
    border.outgoing.map {
      Journal.ForeignKey(
        table: $0.table.name,
        name: $0.name,
        definition: $0.definition,
        comment: $0.comment,
        isPartitioned: $0.isPartitioned
      )
    }
  }

  /// Gives a copy that came back its foreign keys to tables outside.
  func giveBack(_ keys: [Journal.ForeignKey]) throws {
    for key in keys {
      try add(
        key.definition,
        named: key.name,
        to: SQL.identifier(schema, key.table),
        comment: key.comment,
        isPartitioned: key.isPartitioned
      )
    }
  }

  private func attach(_ view: Border.View) throws {
    let name = SQL.identifier(view.schema, view.name)
    let options = view.options.isEmpty ? "" : " WITH (\(view.options.joined(separator: ", ")))"
    let doing = "cannot make view \(view.schema).\(view.name) again on the new schema \(schema)"
    // REPLACE keeps owner, rights, comment, triggers, rules and whatever hangs on the view.
    try run("CREATE OR REPLACE VIEW \(name)\(options) AS \(view.definition)", doing: doing)
    for rule in view.rules where rule.hasPrefix("CREATE RULE") {
      try run("CREATE OR REPLACE" + rule.dropFirst("CREATE".count), doing: doing)
    }
  }

  private func attach(_ key: Border.ForeignKey) throws {
    try add(
      key.definition,
      named: key.name,
      to: key.table.sql,
      comment: key.comment,
      isPartitioned: key.isPartitioned
    )
  }

  /// Adds a foreign key as the manual advises for large tables: NOT VALID, then validated.
  ///
  /// A partitioned table takes no constraint that is not valid, and one that was not valid, or not
  /// enforced, stays so.
  private func add(
    _ definition: String,
    named name: String,
    to table: String,
    comment: String?,
    isPartitioned: Bool
  ) throws {
    let name = SQL.identifier(name)
    let staysAsItIs =
      isPartitioned || definition.hasSuffix("NOT VALID") || definition.hasSuffix("NOT ENFORCED")
    let doing = "foreign key \(name) of \(table) does not hold on schema \(schema)"
    try run(
      "ALTER TABLE \(table) ADD CONSTRAINT \(name) \(definition)"
        + (staysAsItIs ? "" : " NOT VALID"),
      doing: doing
    )
    if !staysAsItIs { try run("ALTER TABLE \(table) VALIDATE CONSTRAINT \(name)", doing: doing) }
    if let comment {
      try run(
        "COMMENT ON CONSTRAINT \(name) ON \(table) IS \(SQL.literal(comment))",
        doing: doing
      )
    }
  }

  private func place(_ member: Border.Membership) -> String {
    member.table.map { "TABLE ONLY \(SQL.identifier(schema, $0))" }
      ?? "TABLES IN SCHEMA \(SQL.identifier(schema))"
  }

  private func run(_ sql: String, doing: String) throws {
    do {
      try connection.execute(sql)
    } catch  where error.isRetryable || error.isCancelled || error.isConnectionLost {
      throw error
    } catch {
      throw Problem(
        .refused,
        code: "restore.border-fails",
        "\(doing); nothing was changed",
        reason: error.reason,
        hint: "Change or drop that object first, or choose a snapshot that it fits."
      )
    }
  }
}
