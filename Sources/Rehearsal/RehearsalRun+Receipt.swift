internal import Catalog
internal import Cryptography
internal import Migration
internal import Repository
internal import Snapshot

extension RehearsalRun.Result {
  /// The receipt of a rehearsal that succeeded.
  ///
  /// - Parameters:
  ///   - run: the rehearsal.
  ///   - live: production as it was when the rehearsal began; nil where it was not reached.
  ///   - now: seconds since 1970.
  ///   - lifetime: seconds until it loses its worth; a day by default.
  /// - Returns: the receipt, unsigned.
  /// - Throws: what the random generator threw.
  public func receipt(
    of run: RehearsalRun,
    live: LiveDatabase?,
    now: Int,
    lifetime: Int = 86_400
  ) throws -> Receipt {
    let manifest = run.content.manifest
    let database = manifest.database
    return Receipt(
      id: try Randomness.bytes(8).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
        .joined(),
      target: live?.target
        ?? Receipt.Target(
          systemIdentifier: database.systemIdentifier,
          database: database.name,
          oid: database.oid
        ),
      migrator: run.options.migrator,
      patches: patches.compactMap { Self.patch($0, run.patches) },
      ledger: live?.ledger.applied.map { "\($0.version)" } ?? manifest.ledger.map(\.version),
      ledgerPosition: live?.ledger.lastPosition ?? manifest.ledgerPosition,
      schema: expected,
      snapshot: run.content.name.text,
      dataTime: manifest.taken,
      accepted: accepted(of: run.patches),
      tool: run.options.tool,
      created: now,
      expires: now + lifetime
    )
  }

  /// What the patches' authors accept, as `hazard: reason`: hazards that were found, and acts that
  /// are forbidden without a reason.
  func accepted(of directory: PatchDirectory) -> [String] {
    let hazards = findings.compactMap { finding in
      finding.accepted.map { "\(finding.hazard.id): \($0)" }
    }
    let versions = Set(patches.map(\.version))
    let acts = directory.patches.filter { versions.contains("\($0.version)") }
      .flatMap(\.script.directives.allowances)
      .filter { ForbiddenAct(rawValue: $0.hazard) != nil }
      .map { "\($0.hazard): \($0.reason)" }
    return Set(hazards + acts).sorted()
  }

  private static func patch(
    _ observation: PatchObservation,
    _ directory: PatchDirectory
  ) -> Receipt.Patch? {
    guard let changes = observation.changes,
      let patch = directory.patches.first(where: { "\($0.version)" == observation.version })
    else { return nil }
    let touched = observation.statements.flatMap { statement in
      statement.locks.map(\.table) + statement.rewrites.map(\.table)
    }
    return Receipt.Patch(
      version: observation.version,
      file: observation.file,
      hash: patch.script.identity.exact,
      undoHash: patch.undo?.identity.exact,
      verifyHash: patch.verify?.identity.exact,
      changes: changes,
      tables: Set(touched).sorted()
    )
  }
}
