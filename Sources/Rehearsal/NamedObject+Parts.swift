extension Observation.NamedObject {
  /// The schema, where there is one, and the name, both unquoted; arguments and what it belongs to are
  /// left out: `["public", "twice"]` for `public.twice(integer)`, `["watch"]` for `watch on public.t`.
  var parts: [String] {
    var parts = [""]
    var isQuoted = false
    var wasQuote = false
    for character in name {
      if character == "\"" {
        // Two quotes within quotes are one of the name.
        if wasQuote && !isQuoted { parts[parts.count - 1].append(character) }
        isQuoted.toggle()
        wasQuote = true
        continue
      }
      wasQuote = false
      if !isQuoted && (character == "(" || character == " ") { break }
      if !isQuoted && character == "." {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    return parts
  }
}
