internal import Postgres
internal import Problems
internal import Reports
internal import Repository

extension Examination {
  /// Who can open the repository, and what is left when one key is lost.
  func keys(_ repository: Repository) async -> [Finding] {
    do {
      let store = repository.store
      let slots = try await context.withCredential { try KeyKeeper(store, $0).list().slots }
      var findings = [slotFinding(slots)].compactMap { $0 }
      if let untrusting = try untrustingKey() { findings.append(untrusting) }
      return findings
    } catch let problem as Problem where problem.code == "repository.needs-full-key" {
      // A host that may only write is not shown who else can open the repository.
      return []
    } catch {
      return [Finding("key", Problem(ending: error))]
    }
  }

  private func slotFinding(_ slots: [KeySlotSummary]) -> Finding? {
    let full = slots.filter { $0.role == .full }
    if full.contains(where: { $0.kind == "none" }) {
      return Finding(
        .warning,
        "key",
        "the repository is not encrypted",
        advice: "Whoever reads the directory reads the data; drydock copy makes an encrypted one."
      )
    }
    guard full.count < 2 else {
      return Finding(.good, "key", "\(full.count) keys open it")
    }
    return Finding(
      .warning,
      "key",
      "one key alone opens everything",
      advice: "Make a second one, kept elsewhere: drydock key add --passphrase-file-new FILE"
    )
  }

  /// A host's key that would open a slot which somebody else put into the store.
  private func untrustingKey() throws -> Finding? {
    guard case .keyFile(let file) = try context.credential(), file.purpose == .host,
      file.authority == nil
    else { return nil }
    return Finding(
      .warning,
      "key",
      "the key file names no authority, so it opens whatever somebody seals for this host",
      advice: "drydock key trust FILE AUTHORITY, with the authority that key add showed"
    )
  }
}
