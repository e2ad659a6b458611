internal import Problems

/// A directory for each patch, with `up.sql`, `down.sql` and, where Diesel was told something about
/// it, `metadata.toml`.
struct DieselLayout: LayoutReader {
  /// Diesel takes what is before the first underscore, without dashes, and orders it as text.
  ///
  /// The date and time make 14 digits; what follows them tells patches of one second apart, and
  /// comes after one that has none. So `2026-07-30-140000-0000` becomes `20260730140000.10000`: with
  /// the 1 before it, a number of zeros is one, and numbers order as text did.
  static func name(of folder: String) -> PatchName? {
    guard let line = folder.firstIndex(of: "_") else { return nil }
    let label = String(folder[folder.index(after: line)...])
    guard let version = version(String(folder[..<line])), !label.isEmpty else { return nil }
    return PatchName(version: version, label: label, stem: folder, style: .plain)
  }

  /// A version as Diesel's ledger has it, or as a directory's name begins.
  static func version(_ text: String) -> Version? {
    let digits = text.filter { $0 != "-" }
    guard digits.utf8.allSatisfy({ SQLScanner.isDigit($0) }) else { return nil }
    return digits.count > 14
      ? Version("\(digits.prefix(14)).1\(digits.dropFirst(14))") : Version(digits)
  }

  func read(_ listing: DirectoryListing) throws(Problem) -> LayoutReading {
    var reading = LayoutReading()
    reading.others = listing.files.filter { !$0.lowercased().contains(".sql") }
    for file in listing.files where file.lowercased().contains(".sql") {
      reading.refuse(file, "a patch here is a directory with up.sql in it")
    }
    for folder in listing.folders {
      guard let name = Self.name(of: folder) else {
        reading.others.append("\(folder)/")
        continue
      }
      try add(name, folder, listing, &reading)
    }
    return reading
  }

  private func add(
    _ name: PatchName,
    _ folder: String,
    _ listing: DirectoryListing,
    _ reading: inout LayoutReading
  ) throws(Problem) {
    let files = try listing.contents(of: folder).files
    guard files.contains("up.sql") else {
      return reading.refuse("\(folder)/", "it has no up.sql")
    }
    for file in files.sorted() where !["up.sql", "down.sql", "metadata.toml"].contains(file) {
      reading.refuse("\(folder)/\(file)", "a patch has up.sql, down.sql and metadata.toml")
    }
    var commits = ScriptPart.Commits.asWritten
    do throws(Problem) {
      if files.contains("metadata.toml"),
        try !runsInTransaction(try listing.text("\(folder)/metadata.toml"), folder)
      {
        commits = .always
      }
    } catch {
      reading.problems.append(error)
    }
    reading.patches.append(
      PatchParts(
        name: name,
        script: ScriptPart("\(folder)/up.sql", commits: commits),
        undo: files.contains("down.sql")
          ? ScriptPart("\(folder)/down.sql", commits: commits) : nil
      )
    )
  }

  /// The one setting that Diesel knows: `run_in_transaction`.
  private func runsInTransaction(_ toml: String, _ folder: String) throws(Problem) -> Bool {
    var answer = true
    for line in toml.split(whereSeparator: \.isNewline) {
      let code = line.prefix { $0 != "#" }.filter { !$0.isWhitespace }
      switch code {
      case "": continue
      case "run_in_transaction=true": answer = true
      case "run_in_transaction=false": answer = false
      default:
        throw PatchDirectory.refusal("\(folder)/metadata.toml", "'\(line)' is not understood")
      }
    }
    return answer
  }
}
