extension HouseRule {
  /// Every module explains itself on a page of its own.
  ///
  /// To keep it, write `Sources/M/M.docc/M.md` with purpose, glossary and algorithm, before or
  /// together with the module's first real file. A module without
  /// code needs none yet. `drydock` is exempt, because it has one file of a
  /// few lines and no public declaration.
  static let documentation = HouseRule(
    name: "Every module has a page of at least 10 lines",
    sample: [
      "Sources/Files/File.swift": "struct File {}\n",
      "Sources/Postgres/Session.swift": "struct Session {}\n",
      "Sources/Postgres/Postgres.docc/Postgres.md": "# Postgres\n",
      "Sources/Bytes/Bytes.swift": "struct Bytes {}\n",
      "Sources/Bytes/Bytes.docc/Bytes.md": String(repeating: "line\n", count: 10),
    ],
    broken: ["Sources/Files/Files.docc/Files.md:1", "Sources/Postgres/Postgres.docc/Postgres.md:1"]
  ) { house in
    Set(house.sources.filter(\.hasCode).map(\.module)).subtracting(["drydock"]).sorted().compactMap
    { module in
      let path = "Sources/\(module)/\(module).docc/\(module).md"
      guard let page = house.documents.first(where: { $0.path == path }) else {
        return Violation(path, 1, "the module has no page")
      }
      let count = page.lines.count - (page.lines.last == "" ? 1 : 0)
      return count < 10 ? Violation(path, 1, "the page has \(count) lines") : nil
    }
  }
}
