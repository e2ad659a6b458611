/// A name as `pg_dump` writes it: plain, or in double quotes where it has to be.
struct SQLName {
  let name: String
  /// What stands behind it.
  let rest: Substring

  /// The name at the beginning of a text; nil where there is none.
  init?(_ text: Substring) {
    // Not by characters: a quote with a combining mark behind it would be another one than a quote.
    let scalars = text.unicodeScalars
    guard scalars.first == "\"" else {
      let end = scalars.firstIndex { !Self.isPlain($0) } ?? scalars.endIndex
      (name, rest) = (String(scalars[..<end]), Substring(scalars[end...]))
      if name.isEmpty { return nil }
      return
    }
    var name = String.UnicodeScalarView()
    var isInside = false
    for place in scalars.indices {
      if scalars[place] == "\"" {
        // Two quotes within quotes are one of the name.
        if !isInside && place > scalars.startIndex { name.append("\"") }
        isInside.toggle()
      } else if isInside {
        name.append(scalars[place])
      } else {
        (self.name, rest) = (String(name), Substring(scalars[place...]))
        return
      }
    }
    if isInside { return nil }
    (self.name, rest) = (String(name), "")
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_"
      || scalar == "$"
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
