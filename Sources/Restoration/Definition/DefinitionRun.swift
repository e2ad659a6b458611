internal import Postgres
internal import Problems

/// Makes a definition object by object in a session of our own.
///
/// `pg_restore` either stops at the first refusal or passes over every error. A role of a managed
/// server may do most and not all; here only what it may not do is left out, and said.
struct DefinitionRun {
  let archive: Archive
  let options: RestoreOptions
  /// Whether the role may do everything, so that a refusal is an error.
  let isSuperuser: Bool

  /// What others can be without; only these may be left out.
  private static let dispensable: Set<String> = [
    "EXTENSION", "COMMENT", "ACL", "DEFAULT ACL", "EVENT TRIGGER", "PUBLICATION",
    "PUBLICATION TABLE", "PUBLICATION TABLES IN SCHEMA", "SUBSCRIPTION", "FOREIGN DATA WRAPPER",
    "SERVER", "FOREIGN TABLE", "USER MAPPING", "TRANSFORM",
  ]

  /// What cannot be made because something else was left out.
  private static let consequences = [
    "PUBLICATION TABLE": "PUBLICATION", "PUBLICATION TABLES IN SCHEMA": "PUBLICATION",
    "SERVER": "FOREIGN DATA WRAPPER", "FOREIGN TABLE": "FOREIGN DATA WRAPPER",
    "USER MAPPING": "FOREIGN DATA WRAPPER",
  ]

  /// Runs a section.
  ///
  /// - Parameters:
  ///   - section: which part.
  ///   - entries: only these entries, all when nil.
  ///   - isOneTransaction: whether a failure leaves nothing; else each object is a transaction.
  ///   - connection: the target.
  /// - Returns: what was left out, and why.
  /// - Throws: `restore.definition` with the server's words.
  func run(
    _ section: Archive.Section,
    only entries: [Archive.Entry]?,
    isOneTransaction: Bool,
    on connection: Connection
  ) throws -> [String] {
    let script = try archive.script(section, only: entries, without: options.without)
    let parts = DefinitionScript(options.roles.rewrite(script)).parts
    var refusals = Refusals()
    if isOneTransaction {
      try connection.transaction {
        try connection.setTransferSettings(forReading: false)
        for part in parts { try make(part, section, &refusals, connection) }
      }
    } else {
      for part in parts {
        try connection.transaction {
          try connection.setTransferSettings(forReading: false)
          try make(part, section, &refusals, connection)
        }
      }
    }
    return refusals.sentences
  }

  private func make(
    _ part: DefinitionScript.Part,
    _ section: Archive.Section,
    _ refusals: inout Refusals,
    _ connection: Connection
  ) throws {
    try Task.checkCancellation()
    do {
      if part.definition.isEmpty {
        // Only an owner, as of schema public.
      } else if !isSuperuser && Self.dispensable.contains(part.kind) {
        if let refusal = try attempt(part.definition, part, refusals, connection) {
          refusals.note(part, refusal)
          return
        }
      } else {
        try connection.execute(part.definition)
      }
      if let ownership = part.ownership { try give(ownership, part, &refusals, connection) }
      for setting in part.settings { try connection.execute(setting) }
    } catch let error as PostgresError {
      throw problem(error, part, section, refusals)
    }
  }

  private func give(
    _ ownership: String,
    _ part: DefinitionScript.Part,
    _ refusals: inout Refusals,
    _ connection: Connection
  ) throws {
    if isSuperuser {
      try connection.execute(ownership)
    } else if let refusal = try attempt(ownership, part, refusals, connection) {
      refusals.noteOwner(of: part, refusal)
    }
  }

  /// Runs a statement, and goes back to before it where the server refuses it to this role.
  private func attempt(
    _ statement: String,
    _ part: DefinitionScript.Part,
    _ refusals: Refusals,
    _ connection: Connection
  ) throws -> PostgresError? {
    try connection.attempt(statement) { error in
      let isRefused = error.sqlState == "42501"
      let isConsequence =
        error.sqlState == "42704"
        && Self.consequences[part.kind].map(refusals.kinds.contains) ?? (part.kind == "COMMENT")
      return isRefused || isConsequence
    }
  }

  private func problem(
    _ error: PostgresError,
    _ part: DefinitionScript.Part,
    _ section: Archive.Section,
    _ refusals: Refusals
  ) -> Problem {
    let isRoleMissing = error.sqlState == "42704" && error.message.contains("role \"")
    var problem = error.problem(
      "the \(section.rawValue) part of the definition failed at \(part.kind) \(part.name)",
      hint: isRoleMissing
        ? "Create the role first (--with-roles), give --map-role OLD=NEW, or restore with --no-owner"
          + " and --no-privileges."
        : "Mend what the server says and restore into an empty database again."
    )
    problem.code = "restore.definition"
    problem.facts += refusals.sentences.prefix(5).map { Problem.Fact("left out before", $0) }
    return problem
  }
}
