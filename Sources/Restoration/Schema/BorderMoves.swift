internal import Postgres
internal import Problems

/// The statements around an exchange of names: what leaves the copy that goes, and what is made
/// again on the copy that comes.
///
/// A foreign key comes back `NOT VALID`, which checks what is written from then on. Its rows are
/// checked at once, or later, when nobody has to wait for that (`ForeignKeyValidation`).
struct BorderMoves {
  private static let hint = "Change or drop that object first, or choose a snapshot that it fits."

  let border: Border
  let schema: String
  let connection: Connection
  /// Whether rows are checked after the transaction.
  let checksLater: Bool

  /// - Parameters:
  ///   - border: As it was read under the locks.
  ///   - schema: The live name.
  ///   - connection: In the transaction of the exchange.
  ///   - unchecked: Keys that an earlier operation left to be checked: these become valid too.
  ///   - checksLater: Whether rows are checked after the transaction.
  init(
    border: Border,
    schema: String,
    connection: Connection,
    unchecked: [Journal.Key],
    checksLater: Bool
  ) {
    self.border = border.expecting(unchecked)
    self.schema = schema
    self.connection = connection
    self.checksLater = checksLater
  }

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
  ///
  /// Returns the foreign keys that are to be checked later.
  func attach() throws -> [Journal.Key] {
    for view in border.views { try attach(view) }
    let unchecked = try border.incoming.compactMap { key in
      try add(
        key.definition,
        key.key,
        comment: key.comment,
        isPartitioned: key.isPartitioned
      )
    }
    for member in border.memberships {
      try run(
        "ALTER PUBLICATION \(SQL.identifier(member.publication)) ADD \(place(member))"
          + member.suffix,
        doing: "cannot move publication \(member.publication)"
      )
    }
    return unchecked
  }

  /// Brings a foreign key of a new copy to a table outside.
  func bring(_ key: ForeignKeyStatement) throws -> Journal.Key? {
    try add(key.definition, key.key, comment: nil, isPartitioned: key.isPartitioned)
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
  ///
  /// The definitions come from a comment that the schema's owner can write, so each must be one
  /// foreign key and nothing more. Returns those that are to be checked later.
  func giveBack(_ keys: [Journal.ForeignKey]) throws -> [Journal.Key] {
    try keys.compactMap { key in
      guard ForeignKeyDefinition(key.definition) != nil else {
        throw Problem.ofJournal(schema, "what it has for \(key.name) is no foreign key")
      }
      return try add(
        key.definition,
        .init(schema: schema, table: key.table, name: key.name),
        comment: key.comment,
        isPartitioned: key.isPartitioned,
        hint: "Bring back what the old copy refers to (the plan names the rows), and undo again."
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

  /// Adds a foreign key as the manual advises for large tables: NOT VALID, then validated.
  ///
  /// One that was not valid, or not enforced, stays so; a partitioned table takes none that is not
  /// valid before PostgreSQL 18. Returns the key where it is to be checked later.
  private func add(
    _ definition: String,
    _ key: Journal.Key,
    comment: String?,
    isPartitioned: Bool,
    hint: String = Self.hint
  ) throws -> Journal.Key? {
    let (name, table) = (SQL.identifier(key.name), SQL.identifier(key.schema, key.table))
    let isValidAtOnce = isPartitioned && connection.serverMajor < 18
    let staysAsItIs =
      isValidAtOnce || definition.hasSuffix("NOT VALID") || definition.hasSuffix("NOT ENFORCED")
    let doing = "foreign key \(name) of \(table) does not hold on schema \(schema)"
    try run(
      "ALTER TABLE \(table) ADD CONSTRAINT \(name) \(definition)"
        + (staysAsItIs ? "" : " NOT VALID"),
      doing: doing,
      hint: hint
    )
    if !staysAsItIs && !checksLater {
      try run("ALTER TABLE \(table) VALIDATE CONSTRAINT \(name)", doing: doing)
    }
    if let comment {
      try run(
        "COMMENT ON CONSTRAINT \(name) ON \(table) IS \(SQL.literal(comment))",
        doing: doing
      )
    }
    return staysAsItIs || !checksLater ? nil : key
  }

  private func place(_ member: Border.Membership) -> String {
    member.table.map { "TABLE ONLY \(SQL.identifier(schema, $0))" }
      ?? "TABLES IN SCHEMA \(SQL.identifier(schema))"
  }

  private func run(_ sql: String, doing: String, hint: String = Self.hint) throws {
    do {
      try connection.execute(sql)
    } catch  where error.isRetryable || error.isCancelled || error.isConnectionLost {
      throw error
    } catch {
      throw Problem(
        .refused,
        code: "restore.border-fails",
        doing,
        reason: error.reason,
        hint: hint
      )
    }
  }
}
