internal import Problems
internal import SQLSyntax

/// Reads the scripts that a layout found, and gathers what is wrong.
struct PatchDirectoryReader {
  let listing: DirectoryListing
  let layout: PatchLayout
  let variables: [String: String]
  private(set) var problems: [Problem] = []

  init(listing: DirectoryListing, layout: PatchLayout, variables: [String: String]) {
    self.listing = listing
    self.layout = layout
    self.variables = variables
  }

  mutating func read() throws(Problem) -> PatchDirectory {
    let reading = try layout.reader.read(listing)
    problems += reading.problems
    refuseDuplicates(reading.patches)
    var patches: [Patch] = []
    for parts in reading.patches.sorted(by: { $0.name.version < $1.name.version }) {
      if let patch = patch(parts) { patches.append(patch) }
    }
    let included = Set(
      patches.flatMap { patch in
        [patch.script, patch.undo, patch.verify].compactMap { $0?.includes }.joined()
      }
    )
    for refusal in reading.refusals where !included.contains(refusal.file) {
      problems.append(PatchDirectory.refusal(refusal.file, refusal.reason))
    }
    return PatchDirectory(
      path: listing.path,
      patches: patches,
      others: reading.others.filter { !included.contains($0) },
      layout: layout
    )
  }

  private mutating func refuseDuplicates(_ patches: [PatchParts]) {
    for group in Dictionary(grouping: patches, by: \.name.version).values where group.count > 1 {
      let files = group.map(\.script.file).sorted()
      problems.append(
        Problem(
          .refused,
          code: "patch.duplicate-version",
          "\(files.joined(separator: " and ")) have the same version",
          hint: "Give the newer one the next version; 'drydock new NAME' finds it."
        )
      )
    }
  }

  private mutating func patch(_ parts: PatchParts) -> Patch? {
    guard let own = script(parts.script) else { return nil }
    var undo = parts.undo.flatMap { script($0) }
    // Other tools make the section or the file for the way back at once and leave it empty, which is
    // right only where there is nothing to take back.
    if layout.isForeign, undo?.statements.isEmpty == true, !own.statements.isEmpty { undo = nil }
    return Patch(
      name: parts.name,
      script: own,
      undo: undo,
      verify: parts.verify.flatMap { script($0, isVerify: true) }
    )
  }

  private mutating func script(_ part: ScriptPart, isVerify: Bool = false) -> Script? {
    do throws(Problem) {
      var reader = ScriptReader(directory: listing.path, variables: variables)
      var script = try reader.read(part.file, section: part.section)
      if layout == .sqitch, isVerify { script.dropFinalRollback() }
      if Self.commitsInSteps(script, part.commits) { script.directives.isOutsideTransaction = true }
      let found =
        (isVerify ? PatchRules.problems(inVerify: script) : PatchRules.problems(in: script))
        + (layout == .flyway ? PatchRules.placeholders(in: script) : [])
        + BackfillRules.problems(in: script, isBackfill: part.commits == .inBatches)
      if layout.isForeign { script.objections = found } else { problems += found }
      return script
    } catch {
      problems.append(error)
      return nil
    }
  }

  private static func commitsInSteps(_ script: Script, _ rule: ScriptPart.Commits) -> Bool {
    let needsIt = script.statements.contains { !$0.syntax.canRunInTransaction }
    return switch rule {
    case .asWritten: false
    case .always, .inBatches: true
    case .whereNeeded: needsIt
    case .whereAlone: needsIt && script.statements.count == 1
    }
  }
}

extension Script {
  /// Takes off the BEGIN and the ROLLBACK around a script that only looks, as Sqitch's verify
  /// scripts are written; assertions are rolled back here in any case.
  fileprivate mutating func dropFinalRollback() {
    guard statements.count > 1,
      statements.first?.syntax.transactionControl == .begin(hasModes: false),
      statements.last?.syntax.transactionControl == .rollback
    else { return }
    statements = Array(statements.dropFirst().dropLast())
  }
}
