internal import Postgres
internal import Snapshot

/// The security labels of a snapshot, which only their providers can give back.
///
/// A provider is a library of the server (manual, `SECURITY LABEL`). A server that has not loaded it
/// refuses its labels, to a superuser too, and keeps those that are there. So labels are no part of a
/// definition that has to succeed: they come last, one by one, and one that is refused is an omission.
struct SecurityLabels: Sendable, Equatable {
  /// One label.
  struct Label: Sendable, Equatable {
    /// Who understands it, as SQL has the name.
    let provider: String
    /// What has it, as the statement names it: `COLUMN public.jobs.owner`.
    let object: String
    /// The statement that gives it.
    let statement: String
  }

  private(set) var labels: [Label]

  /// Reads the statements of a script in which only labels stand.
  init(_ script: String) {
    labels = DefinitionScript(script).parts.flatMap { $0.statements.compactMap(Label.init) }
  }

  /// Those of a snapshot's definition that belong to what is restored, and of its large objects.
  init(of work: RestoreWork, isSchemaOnly: Bool = false) throws {
    self.init(try work.archive.script(ofLabels: work.labels))
    if !isSchemaOnly { labels += Self(of: work.largeObjects).labels }
  }

  /// Those of large objects.
  init(of items: [LargeObjectList.Item]) {
    labels = items.flatMap(\.labelStatements).compactMap(Label.init)
  }

  /// Gives the labels, each in a transaction of its own.
  ///
  /// - Parameter connection: A session in the target.
  /// - Returns: What the server refused, and why.
  /// - Throws: A `PostgresError` where it could not be asked.
  func give(on connection: Connection) throws -> [String] {
    try labels.compactMap { label in
      try Task.checkCancellation()
      return try connection.transaction {
        try connection.setTransferSettings(forReading: false)
        try Self.keepTriggersOut(connection)
        return try label.attempt(on: connection)
      }
    }
  }

  /// Gives the labels inside the caller's transaction.
  func giveInside(_ connection: Connection) throws -> [String] {
    try labels.compactMap { try $0.attempt(on: connection) }
  }

  /// Parts the labels whose providers this server has loaded from the others.
  ///
  /// The server checks the provider before it looks for the object, and of this one there is none.
  ///
  /// - Parameter connection: A session without a transaction.
  /// - Returns: The statements that can be given, and what cannot be and why.
  /// - Throws: A `PostgresError` where the server could not be asked.
  func loaded(on connection: Connection) throws -> (statements: [String], omissions: [String]) {
    var reasons: [String: String] = [:]
    for provider in Set(labels.map(\.provider)).sorted() {
      let probe = "SECURITY LABEL FOR \(provider) ON TABLE pg_catalog.drydock_nothing IS NULL"
      do {
        try connection.execute(probe)
      } catch {
        if error.sqlState == "22023" {
          reasons[provider] = error.message
        } else if error.sqlState?.hasPrefix("42") != true {
          throw error
        }
      }
    }
    return (
      labels.filter { reasons[$0.provider] == nil }.map(\.statement),
      labels.compactMap { label in reasons[label.provider].map { label.omission($0) } }
    )
  }

  /// By now the snapshot's event triggers are there, which saw none of these statements when the
  /// original was labelled.
  private static func keepTriggersOut(_ connection: Connection) throws {
    guard connection.reported("is_superuser") == "on" else { return }
    try connection.execute("SET LOCAL session_replication_role = replica")
  }
}

extension SecurityLabels.Label {
  /// Reads `SECURITY LABEL FOR provider ON object IS 'label';`, nil for anything else.
  init?(_ statement: String) {
    let bytes = Array(statement.utf8)
    let tokens = DefinitionTokens(bytes).filter { token in
      if case .comment = token.kind { false } else { true }
    }
    let words = tokens.map { $0.word ?? "" }
    guard words.starts(with: ["security", "label", "for"]), words.count > 8, words[4] == "on",
      let end = words.lastIndex(of: "is"), end > 5
    else { return nil }
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    provider = text(tokens[3].range)
    object = text(tokens[5].range.lowerBound..<tokens[end - 1].range.upperBound)
    self.statement = text(tokens[0].range.lowerBound..<bytes.count)
  }

  /// What a person reads of a label that was left out.
  func omission(_ reason: String) -> String { "security label on \(object): \(reason)" }

  /// Gives the label inside a transaction; returns what the server says where it refuses that.
  fileprivate func attempt(on connection: Connection) throws(PostgresError) -> String? {
    try connection.attempt(statement) { $0.isLabelRefused }.map { omission($0.message) }
  }
}

extension PostgresError {
  /// Whether the server, or a provider, refuses a label: an unknown provider, a word that the provider
  /// does not know, a kind of object that it does not label, or a right that the role lacks.
  fileprivate var isLabelRefused: Bool {
    guard let sqlState else { return false }
    return sqlState == "0A000" || sqlState.hasPrefix("22") || sqlState.hasPrefix("42")
  }
}
