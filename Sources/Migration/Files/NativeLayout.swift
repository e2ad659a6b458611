internal import Bytes
internal import Problems

/// Drydock's own names and Flyway's: each patch a file, with what belongs to it beside it.
struct NativeLayout: LayoutReader {
  func read(_ listing: DirectoryListing) throws(Problem) -> LayoutReading {
    var sorting = Sorting()
    for folder in listing.folders {
      sorting.reading.others.append("\(folder)/")
      try refuseScripts(in: folder, listing, &sorting.reading)
    }
    for file in listing.files { sorting.sort(file, listing) }
    return sorting.finish()
  }

  /// Flyway runs what lies in directories below; here it is only there to be included.
  private func refuseScripts(
    in folder: String,
    _ listing: DirectoryListing,
    _ reading: inout LayoutReading
  ) throws(Problem) {
    let contents = try listing.contents(of: folder)
    for file in contents.files.sorted() where file.lowercased().hasSuffix(".sql") {
      reading.refuse(
        "\(folder)/\(file)",
        "it lies below the directory of the patches, and no patch includes it"
      )
    }
    for inner in contents.folders where !inner.hasPrefix(".") {
      try refuseScripts(in: "\(folder)/\(inner)", listing, &reading)
    }
  }

  /// The files, sorted by their names.
  private struct Sorting {
    var reading = LayoutReading()
    private var patches: [(file: String, name: PatchName)] = []
    /// The patches that are backfills.
    private var backfills: Set<String> = []
    private var undos: [(file: String, name: PatchName)] = []
    private var verifies: [(file: String, name: PatchName)] = []
    /// Scripts whose Flyway configuration asks for no transaction.
    private var outside: Set<String> = []

    mutating func sort(_ file: String, _ listing: DirectoryListing) {
      if file.hasSuffix(".sql.conf") { return sortConfiguration(file, listing) }
      switch PatchFile(fileName: file) {
      case .patch(let patch): patches.append((file, patch))
      case .backfill(let patch):
        patches.append((file, patch))
        backfills.insert(file)
      case .undo(let patch): undos.append((file, patch))
      case .verify(let patch): verifies.append((file, patch))
      case .refused(let reason): reading.refuse(file, reason)
      case .other: reading.others.append(file)
      }
    }

    /// Flyway's settings for one script: `executeInTransaction=false` is the one that is understood.
    private mutating func sortConfiguration(_ file: String, _ listing: DirectoryListing) {
      do throws(Problem) {
        for line in try listing.text(file).split(whereSeparator: \.isNewline) {
          let parts = line.split(separator: "=", maxSplits: 1)
            .map { $0.filter { !$0.isWhitespace } }
          guard let key = parts.first, !key.hasPrefix("#") else { continue }
          guard key == "executeInTransaction", parts.count == 2 else {
            reading.refuse(file, "the setting \(key) is not known here")
            continue
          }
          switch parts[1].lowercased() {
          case "true": break
          case "false": outside.insert(String(file.dropLast(5)))
          default: reading.refuse(file, "\(key) is true or false, not \(parts[1])")
          }
        }
      } catch {
        reading.problems.append(error)
      }
    }

    mutating func finish() -> LayoutReading {
      refuseOrphans()
      for (file, name) in patches { add(file, name) }
      return reading
    }

    private mutating func add(_ file: String, _ name: PatchName) {
      let own = undos.filter {
        $0.name.stem == name.stem
          || ($0.name.stem.hasPrefix("U") && $0.name.version == name.version)
      }
      if own.count > 1 {
        reading.problems.append(
          PatchDirectory.refusal(own[1].file, "\(own[0].file) takes back the same patch")
        )
      }
      let verify = verifies.first { $0.name.stem == name.stem }?.file
      reading.patches.append(
        PatchParts(
          name: name,
          script: part(file, name.style),
          undo: own.first.map { part($0.file, $0.name.style) },
          verify: verify.map { ScriptPart($0) }
        )
      )
    }

    /// Flyway runs a script without a transaction when it finds a statement that needs it so.
    private func part(_ file: String, _ style: PatchName.Style) -> ScriptPart {
      if backfills.contains(file) { return ScriptPart(file, commits: .inBatches) }
      if outside.contains(file) { return ScriptPart(file, commits: .always) }
      return ScriptPart(file, commits: style == .flyway ? .whereNeeded : .asWritten)
    }

    private mutating func refuseOrphans() {
      let stems = Set(patches.map(\.name.stem))
      let versions = Set(patches.map(\.name.version))
      for (file, name) in undos + verifies {
        let isFlywayUndo = name.stem.hasPrefix("U") && name.style == .flyway
        guard isFlywayUndo ? !versions.contains(name.version) : !stems.contains(name.stem) else {
          continue
        }
        let nearest = Spelling.nearest(to: name.stem, in: stems.sorted())
        reading.problems.append(
          Problem(
            .refused,
            code: "patch.orphan",
            "\(file): there is no patch that it belongs to",
            hint: nearest.map { "Did you mean to name it after \($0).sql?" }
              ?? "It must have the name of its patch, with .undo.sql or .verify.sql at the end."
          )
        )
      }
    }
  }
}
