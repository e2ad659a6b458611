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
  /// Seconds by which two clocks may differ.
  static let clockTolerance = 180.0

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
        let age = now.timeIntervalSince(try series[series.count - 1].manifest.takenTime)
        return [
          Self.recency(
            "freshness",
            "the newest of \(name)",
            age,
            Self.snapshotAge,
            "nightly backup"
          ),
          Self.proof(of: name, proven.map { now.timeIntervalSince1970 - $0 }),
        ]
      }
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
    return recency("proof", "the last of \(name)", age, proofAge, "weekly drydock verify")
  }

  /// How old the last is of what comes again and again, and what brings it where that is too old.
  ///
  /// One from the future would be fresh for ever, so it is told.
  private static func recency(
    _ subject: String,
    _ last: String,
    _ age: Double,
    _ limit: Double,
    _ timer: String
  ) -> Finding {
    if age < -clockTolerance {
      return Finding(
        .warning,
        subject,
        "\(last) is from the future",
        advice: "Synchronise the clocks of this machine, the server, and others that write here."
      )
    }
    let isOld = age > limit
    return Finding(
      isOld ? .warning : .good,
      subject,
      "\(last) is \(Quantity.duration(.seconds(max(0, age)))) old",
      advice: isOld ? "Does the \(timer) still run?" : nil
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
