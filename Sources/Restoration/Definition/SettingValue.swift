internal import Postgres

/// The value of a setting, as the catalog keeps it, back into what `SET` understands.
///
/// Most are one string. Those that are lists of names are kept as the list's own text, with names in
/// double quotes; as one string they would become one name (the source of `pg_dump`, GUC_LIST_QUOTE).
enum SettingValue {
  private static let lists: Set<String> = [
    "local_preload_libraries", "search_path", "session_preload_libraries",
    "shared_preload_libraries", "temp_tablespaces", "unix_socket_directories",
  ]

  /// What stands after `TO`.
  static func sql(_ value: String, of name: String) -> String {
    guard lists.contains(name.lowercased()) else { return SQL.literal(value) }
    let elements = elements(of: value)
    return elements.isEmpty ? "''" : elements.map { SQL.literal($0) }.joined(separator: ", ")
  }

  /// The names of a list; commas inside double quotes belong to the name.
  static func elements(of list: String) -> [String] {
    var found: [String] = []
    var name = ""
    var isQuoted = false
    var wasQuoted = false
    let characters = Array(list.unicodeScalars)
    var index = 0
    func end() {
      if wasQuoted || !name.isEmpty { found.append(name) }
      (name, wasQuoted) = ("", false)
    }
    while index < characters.count {
      let character = characters[index]
      if character == "\"" {
        if isQuoted, index + 1 < characters.count, characters[index + 1] == "\"" {
          name.unicodeScalars.append(character)
          index += 1
        } else {
          isQuoted.toggle()
          wasQuoted = true
        }
      } else if character == ",", !isQuoted {
        end()
      } else if isQuoted || character != " " {
        name.unicodeScalars.append(character)
      }
      index += 1
    }
    end()
    return found
  }
}
