/// A name as `pg_dump` writes it: plain, or in double quotes where it has to be.
struct SQLName {
  let name: String
  /// What stands behind it.
  let rest: Substring

  /// The name at the beginning of a text; nil where there is none.
  init?(_ text: Substring) {
    guard text.first == "\"" else {
      name = String(text.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "$" })
      rest = text.dropFirst(name.count)
      if name.isEmpty { return nil }
      return
    }
    var name = ""
    var rest = text.dropFirst()
    while let quote = rest.firstIndex(of: "\"") {
      name += rest[..<quote]
      rest = rest[quote...].dropFirst()
      guard rest.first == "\"" else {
        (self.name, self.rest) = (name, rest)
        return
      }
      name += "\""
      rest = rest.dropFirst()
    }
    return nil
  }

  /// The names of a list with commas.
  static func list(_ text: Substring) -> [String] {
    var names: [String] = []
    var rest = text
    while let next = SQLName(rest) {
      names.append(next.name)
      guard next.rest.hasPrefix(", ") else { break }
      rest = next.rest.dropFirst(2)
    }
    return names
  }
}
