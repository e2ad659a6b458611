internal import Problems

/// A plan beside the directories `deploy`, `revert` and `verify`.
///
/// Sqitch orders changes by the plan and gives them no numbers, so a change's version is its place
/// in the plan, which only grows at its end. Scripts are psql's: where one cannot run in a
/// transaction, it commits step by step.
struct SqitchLayout: LayoutReader {
  static let planFile = "sqitch.plan"

  func read(_ listing: DirectoryListing) throws(Problem) -> LayoutReading {
    var reading = LayoutReading()
    reading.others = listing.files.filter { $0 != Self.planFile && !$0.hasSuffix(".sql") }
    for file in listing.files where file.hasSuffix(".sql") {
      reading.refuse(file, "the scripts of a plan lie in deploy, revert and verify")
    }
    reading.others += listing.folders.filter { !["deploy", "revert", "verify"].contains($0) }
      .map { "\($0)/" }
    for change in try SqitchPlan(try listing.text(Self.planFile)).changes {
      try add(change, listing, &reading)
    }
    return reading
  }

  private func add(
    _ change: SqitchPlan.Change,
    _ listing: DirectoryListing,
    _ reading: inout LayoutReading
  ) throws(Problem) {
    guard let version = Version("\(change.number)"), let stem = try Self.stem(of: change, listing)
    else {
      reading.problems.append(
        Problem(
          .refused,
          code: "patch.missing-script",
          "deploy/\(change.name).sql: the plan has this change, and there is no such file",
          hint: "Bring the file back, or take the change out of \(Self.planFile)."
        )
      )
      return
    }
    func part(_ folder: String) throws(Problem) -> ScriptPart? {
      let file = "\(folder)/\(stem).sql"
      return try listing.has(file) ? ScriptPart(file, commits: .whereNeeded) : nil
    }
    let (undo, verify) = (try part("revert"), try part("verify"))
    reading.patches.append(
      PatchParts(
        name: PatchName(version: version, label: change.name, stem: stem, style: .plain),
        script: ScriptPart("deploy/\(stem).sql", commits: .whereNeeded),
        undo: undo,
        verify: verify.map { ScriptPart($0.file) }
      )
    )
  }

  /// What the scripts of a change are called: those of a reworked one carry a tag that follows it.
  private static func stem(
    of change: SqitchPlan.Change,
    _ listing: DirectoryListing
  ) throws(Problem) -> String? {
    let stems = change.isReworked ? change.tags.map { "\(change.name)\($0)" } : [change.name]
    for stem in stems where try listing.has("deploy/\(stem).sql") { return stem }
    return nil
  }
}
