internal import Bytes
public import Migration
public import Problems

/// Refuses an allowance for a hazard that there is not: a typing mistake would allow nothing, or
/// one day something else.
public enum AllowanceCheck {
  /// Looks at what is written in the patches that are not applied yet.
  ///
  /// - Parameters:
  ///   - directory: the patches.
  ///   - ledger: which of them are applied; all are looked at when nil.
  ///   - version: an applied patch that is to be taken back, and so is looked at too.
  /// - Throws: a `Problem` of kind `refused` that names the place and the nearest known id.
  public static func require(
    _ directory: PatchDirectory,
    applied ledger: Ledger.State?,
    undoing version: Version? = nil
  ) throws(Problem) {
    for patch in directory.patches {
      let isApplied = ledger?[patch.version]?.isApplied == true
      let isUndone = patch.version == version
      guard isUndone || !isApplied else { continue }
      let scripts = isApplied ? [patch.undo] : [patch.script, patch.undo, patch.verify]
      for allowance in scripts.compactMap({ $0 }).flatMap(\.directives.allowances) {
        guard !known.contains(allowance.hazard) else { continue }
        let nearest = Spelling.nearest(to: allowance.hazard, in: known)
        throw Problem(
          .refused,
          code: "patch.unknown-hazard",
          "\(allowance.place): there is no hazard '\(allowance.hazard)'",
          hint: nearest.map { "Did you mean '\($0)'?" }
            ?? "docs/hazards.md lists every hazard that can be allowed."
        )
      }
    }
  }

  private static let known = Hazard.all.map(\.id) + ForbiddenAct.allCases.map(\.rawValue)
}
