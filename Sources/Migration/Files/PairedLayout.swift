internal import Problems

/// A file up and a file down: golang-migrate's names, and those of tools that took them over.
///
/// `1_add_x.up.sql`; `V0001.AddX.up.sql`, as authelia writes it; and, as pop and Ory's tools do,
/// `20150100000001_add_x.postgres.autocommit.up.sql`, where a file for PostgreSQL stands before one
/// for every database, and `autocommit` means no transaction.
struct PairedLayout: LayoutReader {
  /// Which way a file goes.
  enum Direction { case up, down }

  /// Databases that a file name can be for.
  private static let dialects: [String: Bool] = [
    "postgres": true, "postgresql": true, "pgx": true, "cockroach": false, "cockroachdb": false,
    "mysql": false, "mariadb": false, "sqlite": false, "sqlite3": false, "mssql": false,
    "sqlserver": false,
  ]

  static func direction(of file: String) -> Direction? {
    if file.hasSuffix(".up.sql") { return .up }
    return file.hasSuffix(".down.sql") ? .down : nil
  }

  /// What a file's name says.
  private struct Name {
    var file: String
    var direction: Direction
    var name: PatchName
    var isForPostgres = false
    var isForOther = false
    var commits = ScriptPart.Commits.whereAlone

    init?(_ file: String) {
      guard let direction = PairedLayout.direction(of: file) else { return nil }
      self.file = file
      self.direction = direction
      var words = file.dropLast(direction == .up ? 7 : 9)
        .split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      if words.count > 1, words.last == "autocommit" {
        words.removeLast()
        commits = .always
      }
      if words.count > 1, let last = words.last, let isOurs = PairedLayout.dialects[last] {
        words.removeLast()
        isForPostgres = isOurs
        isForOther = !isOurs
      }
      guard let name = Self.patchName(words.joined(separator: ".")) else { return nil }
      self.name = name
    }

    private static func patchName(_ stem: String) -> PatchName? {
      let (prefix, sign): (Int, Character) = stem.first == "V" ? (1, ".") : (0, "_")
      let rest = stem.dropFirst(prefix)
      guard let end = rest.firstIndex(of: sign) ?? rest.firstIndex(of: "_"),
        let version = Version(String(rest[..<end])), !version.isRepeatable
      else { return nil }
      let label = String(rest[rest.index(after: end)...])
      guard !label.isEmpty else { return nil }
      return PatchName(version: version, label: label, stem: stem, style: .plain)
    }
  }

  func read(_ listing: DirectoryListing) -> LayoutReading {
    var reading = LayoutReading()
    reading.others = listing.folders.map { "\($0)/" }
    var names: [Name] = []
    for file in listing.files {
      if let name = Name(file) {
        if name.isForOther { reading.others.append(file) } else { names.append(name) }
      } else if file.lowercased().contains(".sql") {
        reading.refuse(file, "a file here is named like 1_add_x.up.sql or 1_add_x.down.sql")
      } else {
        reading.others.append(file)
      }
    }
    let versions = Dictionary(grouping: names, by: \.name.version)
    for version in versions.keys.sorted() { add(versions[version] ?? [], &reading) }
    return reading
  }

  private func add(_ names: [Name], _ reading: inout LayoutReading) {
    let ups = chosen(.up, names, &reading)
    let downs = chosen(.down, names, &reading)
    guard let up = ups.first else {
      for down in downs {
        reading.problems.append(
          Problem(
            .refused,
            code: "patch.orphan",
            "\(down.file): there is no patch that it belongs to",
            hint: "It takes back what \(down.name.stem).up.sql does, and that file is missing."
          )
        )
      }
      return
    }
    // Two files up for one version: both become patches, and the duplicate is refused by name.
    for other in ups.dropFirst() {
      reading.patches.append(
        PatchParts(name: other.name, script: ScriptPart(other.file, commits: other.commits))
      )
    }
    if downs.count > 1 {
      reading.problems.append(
        PatchDirectory.refusal(downs[1].file, "\(downs[0].file) takes back the same patch")
      )
    }
    reading.patches.append(
      PatchParts(
        name: up.name,
        script: ScriptPart(up.file, commits: up.commits),
        undo: downs.first.map { ScriptPart($0.file, commits: $0.commits) }
      )
    )
  }

  /// The files of one direction: those for PostgreSQL, else those for every database.
  private func chosen(
    _ direction: Direction,
    _ names: [Name],
    _ reading: inout LayoutReading
  ) -> [Name] {
    let all = names.filter { $0.direction == direction }
    let own = all.filter(\.isForPostgres)
    guard !own.isEmpty else { return all }
    reading.others += all.filter { !$0.isForPostgres }.map(\.file)
    return own
  }
}
