internal import FoundationEssentials
internal import Postgres
internal import Problems
internal import Rehearsal
internal import Reports
internal import Repository
internal import Snapshot
internal import Verification

extension Examination {
  /// Seconds after which a nightly backup has been missed twice.
  private static let snapshotAge = 48.0 * 3600
  /// Seconds after which a weekly proof has been missed twice.
  private static let proofAge = 14.0 * 86_400

  /// How old the newest snapshot of each database is, and what is proven of any.
  func freshness(
    _ snapshots: [SnapshotContent],
    _ repository: Repository
  ) async throws -> [Finding] {
    let taken = snapshots.filter { $0.manifest.dump == nil && !$0.manifest.isPartial }
    guard !taken.isEmpty else {
      return [
        Finding(.warning, "freshness", "there is no snapshot", advice: "Take one: drydock backup")
      ]
    }
    let proofs = try await proofs(of: taken, in: repository)
    let now = context.world.now()
    let series = Dictionary(grouping: taken) { SeriesIdentity($0.manifest.database) }
    return try series.values.sorted { $0[0].manifest.database.name < $1[0].manifest.database.name }
      .flatMap { series in
        let name = series[0].manifest.database.name
        let proven = series.compactMap { proofs[$0.name] }.max()
        return [
          try Self.age(of: series[series.count - 1], name, now),
          Self.proof(of: name, proven.map { now.timeIntervalSince1970 - $0 }),
        ]
      }
  }

  private static func age(of newest: SnapshotContent, _ name: String, _ now: Date) throws -> Finding
  {
    let age = now.timeIntervalSince(try newest.manifest.takenTime)
    if age < -180 {
      return Finding(
        .warning,
        "freshness",
        "the newest of \(name) is from the future",
        advice: "Synchronise the clocks of this machine and of the server."
      )
    }
    let isOld = age > snapshotAge
    return Finding(
      isOld ? .warning : .good,
      "freshness",
      "the newest of \(name) is \(Quantity.duration(.seconds(max(0, age)))) old",
      advice: isOld ? "Does the nightly backup still run?" : nil
    )
  }

  private static func proof(of name: String, _ age: Double?) -> Finding {
    guard let age else {
      return Finding(
        .warning,
        "proof",
        "no snapshot of \(name) was ever restored for trial",
        advice: "Prove one: drydock verify latest:\(name)"
      )
    }
    let isOld = age > proofAge
    return Finding(
      isOld ? .warning : .good,
      "proof",
      "the last of \(name) is \(Quantity.duration(.seconds(max(0, age)))) old",
      advice: isOld ? "Does the weekly drydock verify still run?" : nil
    )
  }

  /// When each snapshot was last restored for trial, in seconds since 1970.
  private func proofs(
    of snapshots: [SnapshotContent],
    in repository: Repository
  ) async throws -> [SnapshotName: Double] {
    try await Lane("drydock.doctor").run {
      let table = try ProofTable(of: repository)
      let found = try snapshots.compactMap { snapshot in
        try table.last(of: snapshot.name, .restore).map { (snapshot.name, Double($0.proven)) }
      }
      return Dictionary(found) { max($0, $1) }
    }
  }

  /// Whether receipts can be made, and which of them still count.
  func receipts(_ repository: Repository) async -> [Finding] {
    do {
      let context = context
      try await Lane("drydock.doctor").run { _ = try context.receiptSigner(repository) }
      let shelf = try await context.receiptShelf()
      let now = Int(context.world.now().timeIntervalSince1970)
      let revoked = shelf.receipts.filter { shelf.revocations[$0.receipt.id] != nil }
      let expired = shelf.receipts.filter { now > $0.receipt.expires }
      var findings = [
        Finding(
          .good,
          "receipts",
          "\(Quantity.count(shelf.recordCount)) kept, \(expired.count) expired, "
            + "\(revoked.count) revoked"
        )
      ]
      if !shelf.untrusted.isEmpty {
        findings.append(
          Finding(
            .warning,
            "receipts",
            "\(shelf.untrusted.count) are signed with a key that is not trusted here",
            advice: "receipt_keys lists the keys that count; drydock receipts list shows them."
          )
        )
      }
      return findings
    } catch let problem as Problem where problem.code == "repository.needs-full-key" {
      return []
    } catch {
      return [Finding("receipts", Problem(ending: error))]
    }
  }
}
