internal import Postgres

/// One statement of `pg_dumpall --globals-only`, as far as it is about roles.
struct RoleStatement {
  /// What it does.
  enum Kind {
    /// `CREATE ROLE name`.
    case create(role: String)
    /// `ALTER ROLE name WITH ...`, with its attributes as they stand.
    case attributes(role: String, [String])
    /// `ALTER ROLE name SET ...`, `COMMENT ON ROLE name IS ...`, or
    /// `SECURITY LABEL FOR provider ON ROLE name IS ...`.
    case about(role: String, before: String, after: String)
    /// `GRANT role TO member ...`.
    case membership(role: String, member: String, String)
    /// Anything else, such as a tablespace.
    case other
  }

  /// A statement for another server, and what a person calls it.
  struct Part {
    let sql: String
    let label: String
  }

  let kind: Kind

  /// Reads a statement.
  init(_ text: String) {
    let bytes = Array(text.utf8)
    let tokens = Array(DefinitionTokens(bytes))
    let words = tokens.map { $0.word ?? "" }
    func from(_ place: Int) -> String {
      guard place < tokens.count else { return "" }
      return String(decoding: bytes[tokens[place].range.lowerBound...], as: UTF8.self)
    }
    guard tokens.count > 3, let name = tokens[2].name else {
      kind = .other
      return
    }
    switch (words[0], words[1], words[3]) {
    case ("create", "role", _): kind = .create(role: name)
    case ("alter", "role", "with"):
      kind = .attributes(role: name, Self.attributes(tokens.dropFirst(4), bytes))
    case ("alter", "role", "set"):
      kind = .about(role: name, before: "ALTER ROLE", after: from(3))
    case ("comment", "on", _) where words[2] == "role":
      kind = .about(role: tokens[3].name ?? "", before: "COMMENT ON ROLE", after: from(4))
    case ("security", "label", _) where words.count > 6 && words[5] == "role":
      let provider = tokens[3].name.map { SQL.identifier($0) } ?? ""
      kind = .about(
        role: tokens[6].name ?? "",
        before: "SECURITY LABEL FOR \(provider) ON ROLE",
        after: from(7)
      )
    case ("grant", _, _) where words[2] == "to":
      kind = .membership(role: tokens[1].name ?? "", member: tokens[3].name ?? "", from(4))
    default: kind = .other
    }
  }

  /// What is to be done for roles that were just created.
  func parts(of created: Set<String>, _ roles: RoleMap) -> [Part] {
    switch kind {
    case .attributes(let role, let attributes) where created.contains(roles[role]):
      let name = SQL.identifier(roles[role])
      // Each by itself: a role that may not give SUPERUSER may well give LOGIN.
      return attributes.map { attribute in
        let word = attribute.prefix { $0 != " " }
        return Part(
          sql: "ALTER ROLE \(name) WITH \(attribute)",
          label: "\(word) of role \(roles[role])"
        )
      }
    case .about(let role, let before, let after) where created.contains(roles[role]):
      let name = SQL.identifier(roles[role])
      let what = before.hasPrefix("SECURITY LABEL") ? "security label on" : "a setting of"
      return [Part(sql: "\(before) \(name) \(after)", label: "\(what) role \(roles[role])")]
    case .membership(let role, let member, let rest)
    where created.contains(roles[role]) || created.contains(roles[member]):
      return [membership(roles[role], roles[member], rest)]
    default: return []
    }
  }

  /// Who granted it is left out: that role may not be there, and need not have the right here.
  private func membership(_ role: String, _ member: String, _ rest: String) -> Part {
    let options = Self.withoutGrantor(rest).prefix { $0 != ";" }
    return Part(
      sql: "GRANT \(SQL.identifier(role)) TO \(SQL.identifier(member)) \(options)",
      label: "membership of \(member) in \(role)"
    )
  }

  /// A `GRANT` without `GRANTED BY`.
  static func withoutGrantor(_ statement: String) -> String {
    let bytes = Array(statement.utf8)
    let tokens = Array(DefinitionTokens(bytes))
    guard
      let place = zip(tokens, tokens.dropFirst()).first(where: {
        $0.word == "granted" && $1.word == "by"
      })?.0.range.lowerBound
    else { return statement }
    return String(decoding: bytes[..<place], as: UTF8.self) + ";"
  }

  /// What a role has without being asked.
  private static let defaults: Set<String> = [
    "nosuperuser", "inherit", "nocreaterole", "nocreatedb", "nologin", "noreplication",
    "nobypassrls",
  ]

  /// The attributes one by one; what is the default asks for no right, and is left out.
  private static func attributes(
    _ tokens: ArraySlice<DefinitionTokens.Token>,
    _ bytes: [UInt8]
  ) -> [String] {
    let separators: Set<String> = ["until", "limit"]
    var found: [[String]] = []
    for token in tokens where !token.isEnd {
      let text = String(decoding: bytes[token.range], as: UTF8.self)
      let isNew =
        token.word.map { !separators.contains($0) && $0.first?.isNumber == false } ?? false
      if isNew {
        found.append([text])
      } else if !found.isEmpty {
        found[found.count - 1].append(text)
      }
    }
    return found.filter { !defaults.contains($0[0].lowercased()) }.map { $0.joined(separator: " ") }
  }
}
