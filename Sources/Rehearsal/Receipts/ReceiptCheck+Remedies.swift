internal import Migration

/// What to do about a receipt that does not fit.
extension ReceiptCheck {
  /// Where to go from a mismatch.
  enum Remedy: Int, Comparable {
    case target, role, session, policy, files, variables, clock, way, coverage, rehearse

    static func < (one: Remedy, other: Remedy) -> Bool { one.rawValue < other.rawValue }
  }

  /// Notes what does not fit, and where to go from there.
  mutating func mismatch(_ text: String, _ remedy: Remedy = .rehearse) {
    mismatches.append(text)
    remedies.insert(remedy)
  }

  /// The next steps, what is quickly done first.
  var hint: String { remedies.sorted().map(words).joined(separator: " ") }

  private func words(_ remedy: Remedy) -> String {
    switch remedy {
    case .target:
      "Look whether --database and the environment are those that are meant: a receipt is good for its"
        + " own database alone."
    case .role: "Connect as \(receipt.migrator), or rehearse with this role as --migrator."
    case .session:
      "Give the role and its session back what they had, or rehearse with what they have now."
    case .policy: "Name the policy that judged it with --policy FILE, or rehearse under this one."
    case .files: "Put the files back as they were rehearsed, or rehearse them as they are now."
    case .variables: "Give the variables the values of the rehearsal, or rehearse with these."
    case .clock: "Set the clocks of both machines right."
    case .way: "Take the patch back with drydock undo; to apply patches, drydock rehearse."
    case .coverage: "Rehearse on all rows: drydock rehearse without --schema-only and --sample."
    case .rehearse:
      occasion.direction == .up
        ? "Take a snapshot and rehearse again: drydock backup, drydock rehearse."
        : "Take a snapshot and rehearse the way back: drydock backup, drydock rehearse --undo"
          + " \(occasion.patches.first.map { "\($0.version)" } ?? "VERSION")."
    }
  }
}
