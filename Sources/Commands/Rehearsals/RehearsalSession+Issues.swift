internal import Bytes
internal import Cryptography
internal import FoundationEssentials
internal import Rehearsal
internal import Reports

extension RehearsalSession.Outcome {
  /// What tools for code review show beside the patches' lines.
  var issues: [Report.Issue] {
    var seen: [String: Int] = [:]
    return (result.findings.map { issue($0) } + verdict.objections.compactMap { issue($0) }).map {
      issue in
      // The same twice in a file: the first stays the first when lines above it change.
      let key = "\(issue.rule)\n\(issue.file)\n\(issue.fingerprint)"
      seen[key, default: 0] += 1
      var numbered = issue
      numbered.fingerprint = Self.digest("\(key)\n\(seen[key] ?? 0)")
      return numbered
    }
  }

  /// Each patch as a test that passed or failed, and one more for what is about none of them.
  var cases: [Report.Case] {
    result.patches.map { patch in
      Report.Case(
        name: patch.file,
        file: path(patch.file),
        seconds: patch.seconds,
        failures: verdict.objections
          .filter { patch.owns(Rehearsal.Finding.Place($0.place).file) }
          .map { "\($0.place): \($0.text)" }
      )
    } + [otherCase]
  }

  /// The snapshot, the scratch, all patches together, and files that they include: whatever has no
  /// case of its own must not let a "no" look green.
  private var otherCase: Report.Case {
    Report.Case(
      name: "rehearsal",
      file: patchPath,
      seconds: result.preparation,
      failures: verdict.objections
        .filter { objection in
          let file = Rehearsal.Finding.Place(objection.place).file
          return !result.patches.contains { $0.owns(file) }
        }
        .map { "\($0.place): \($0.text)" }
    )
  }

  private func issue(_ finding: Rehearsal.Finding) -> Report.Issue {
    let suffix = finding.accepted.map { " (accepted: \($0))" } ?? ""
    return Report.Issue(
      rule: finding.hazard.id,
      title: finding.hazard.title,
      level: level(of: finding),
      message: finding.text + suffix,
      file: path(finding.place.file),
      line: finding.place.line,
      column: finding.place.column,
      fingerprint: finding.object ?? "",
      page: finding.page
    )
  }

  private func level(of finding: Rehearsal.Finding) -> Report.Issue.Level {
    if isAgainst(finding) { return .error }
    return finding.accepted == nil && finding.hazard.severity != .notice ? .warning : .note
  }

  /// A reason against that is no hazard: a statement that failed, an undo file that does not undo.
  private func issue(_ objection: Verdict.Objection) -> Report.Issue? {
    guard objection.hazard == nil else { return nil }
    let place = Rehearsal.Finding.Place(objection.place)
    let isPatch = result.patches.contains { $0.owns(place.file) }
    return Report.Issue(
      rule: "rehearsal",
      title: "The rehearsal did not succeed",
      level: .error,
      message: objection.text,
      // What is about no patch, such as the scratch, is shown at the directory of patches.
      file: isPatch ? path(place.file) : patchPath,
      line: isPatch ? place.line : nil,
      column: isPatch ? place.column : nil,
      fingerprint: ""
    )
  }

  private func path(_ file: String) -> String { "\(patchPath)/\(file)" }

  private static func digest(_ text: String) -> String {
    guard let hash = try? SHA256.hash(Array(text.utf8)) else {
      preconditionFailure("a hash of bytes in memory cannot fail")
    }
    return Hex.text(hash.prefix(16))
  }
}

extension PatchObservation {
  /// Whether a file is the patch's own or its undo file; included files have no case of their own.
  fileprivate func owns(_ name: String) -> Bool { name == file || name == undoFile }
}
