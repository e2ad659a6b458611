extension Observation.NamedObject {
  /// The schema, where there is one, and the name, both unquoted; arguments and what it belongs to are
  /// left out: `["public", "twice"]` for `public.twice(integer)`, `["watch"]` for `watch on public.t`.
  var parts: [String] {
    var parts = [""]
    var isQuoted = false
    var wasQuote = false
    // Not by characters: a quote with a combining mark behind it would be another one than a quote.
    for scalar in name.unicodeScalars {
      if scalar == "\"" {
        // Two quotes within quotes are one of the name.
        if wasQuote && !isQuoted { parts[parts.count - 1].unicodeScalars.append(scalar) }
        isQuoted.toggle()
        wasQuote = true
        continue
      }
      wasQuote = false
      if !isQuoted && (scalar == "(" || scalar == " ") { break }
      if !isQuoted && scalar == "." {
        parts.append("")
      } else {
        parts[parts.count - 1].unicodeScalars.append(scalar)
      }
    }
    return parts
  }
}
