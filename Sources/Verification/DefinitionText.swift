/// What `pg_dump` writes of a schema, object by object, so that two dumps can be compared whatever
/// the order of their objects.
struct DefinitionText: Equatable {
  /// The statements of each object by the line that names it; several objects may share a line.
  private var texts: [String: [String]] = [:]

  init(_ dump: String) {
    var name = ""
    var text: [Substring] = []
    var settings: [Substring: Substring] = [:]
    func close() -> (String, String) {
      let kept = Self.settings(of: name).compactMap { settings[$0] }
      return (name, (kept + text).joined(separator: "\n"))
    }
    for line in dump.split(separator: "\n") {
      if line.hasPrefix("-- Name: ") {
        add(close())
        (name, text) = (String(line.dropFirst(9)), [])
      } else if let setting = Self.setting(line) {
        settings[setting] = line
      } else if !Self.isNoise(line) {
        text.append(line)
      }
    }
    add(close())
    for name in texts.keys { texts[name]?.sort() }
  }

  private mutating func add(_ object: (name: String, text: String)) {
    texts[object.name, default: []].append(object.text)
  }

  /// A dump says once where the tables that follow lie, so that belongs to each of them.
  private static func setting(_ line: Substring) -> Substring? {
    for name in ["SET default_tablespace = ", "SET default_table_access_method = "]
    where line.hasPrefix(name) { return line.prefix(name.count) }
    return nil
  }

  private static func settings(of name: String) -> [Substring] {
    let kinds = ["TABLE", "MATERIALIZED VIEW", "INDEX", "CONSTRAINT"]
    guard kinds.contains(where: { name.contains("; Type: \($0);") }) else { return [] }
    let isTable = name.contains("; Type: TABLE;")
    return ["SET default_tablespace = "] + (isTable ? ["SET default_table_access_method = "] : [])
  }

  private static func isNoise(_ line: Substring) -> Bool {
    line == "--" || line.hasPrefix("\\restrict ") || line.hasPrefix("\\unrestrict ")
  }

  /// What the other dump says otherwise: each object with the lines that only one of them has.
  func difference(to other: DefinitionText) -> [(object: String, lines: [String])] {
    Set(texts.keys).union(other.texts.keys).sorted().compactMap { name in
      let (one, two) = (texts[name] ?? [], other.texts[name] ?? [])
      guard one != two else { return nil }
      let (old, new) = (Self.lines(one), Self.lines(two))
      let steps = new.difference(from: old).map { step in
        switch step {
        case .remove(_, let line, _): "- \(line)"
        case .insert(_, let line, _): "+ \(line)"
        }
      }
      return (Self.object(name), steps)
    }
  }

  private static func lines(_ texts: [String]) -> [Substring] {
    texts.flatMap { $0.split(separator: "\n") }
  }

  /// `jobs_pkey; Type: CONSTRAINT; Schema: public; Owner: me` as `constraint public.jobs_pkey`.
  private static func object(_ name: String) -> String {
    var words: [String: String] = [:]
    for part in "Name: \(name)".split(separator: "; ") {
      guard let colon = part.firstIndex(of: ":") else { continue }
      words[String(part[..<colon])] = part[colon...].dropFirst(2).description
    }
    let schema = words["Schema"].flatMap { $0 == "-" ? nil : "\($0)." } ?? ""
    return "\((words["Type"] ?? "the dump").lowercased()) \(schema)\(words["Name"] ?? "")"
  }
}
