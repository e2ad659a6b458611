internal import Bytes
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
    var receipt = Receipt(
      id: Hex.text(try Randomness.bytes(8)),
      target: live?.target
        ?? Receipt.Target(
          systemIdentifier: database.systemIdentifier,
          database: database.name,
          oid: database.oid
        ),
      migrator: run.options.migrator,
      patches: [],
      ledger: live?.ledger.applied.map { "\($0.version)" } ?? manifest.ledger.map(\.version),
      ledgerPosition: live?.ledger.receiptPosition ?? manifest.ledgerPosition,
      schema: expected,
      snapshot: run.content.name.text,
      dataTime: manifest.taken,
      accepted: accepted(of: run.patches, undoing: run.options.undoes != nil),
      tool: run.options.tool,
      created: now,
      expires: now + lifetime
    )
    receipt.direction = run.options.undoes == nil ? .up : .down
    receipt.session = live?.session
    receipt.tenant = run.options.tenant
    receipt.siblings = run.options.tenant == nil ? nil : run.options.siblings
    receipt.scratchServer = namedServer
    receipt.hooks = run.options.undoes == nil ? try run.options.hooks.hash() : nil
    receipt.variableKey = Hex.text(try Randomness.bytes(16))
    receipt.coverage = coverage(in: run.content, run.options.rows)
    let variables = try BoundVariables(key: receipt.variableKey)
    receipt.patches = try patches.compactMap { try patch($0, run.patches, variables) }
    return receipt
  }

  /// What the patches' authors accept, as `hazard: reason`: hazards that were found, and acts that
  /// are forbidden without a reason.
  func accepted(of directory: PatchDirectory, undoing isUndo: Bool = false) -> [String] {
    let hazards = findings.compactMap { finding in
      finding.accepted.map { "\(finding.hazard.id): \($0)" }
    }
    let versions = Set(patches.map(\.version))
    let acts = directory.patches.filter { versions.contains("\($0.version)") }
      .flatMap { [isUndo ? nil : $0.script, $0.undo].compactMap { $0 } }
      .flatMap(\.directives.allowances)
      .filter { ForbiddenAct(rawValue: $0.hazard) != nil }
      .map { "\($0.hazard): \($0.reason)" }
    return Set(hazards + acts).sorted()
  }

  private func patch(
    _ observation: PatchObservation,
    _ directory: PatchDirectory,
    _ variables: BoundVariables
  ) throws -> Receipt.Patch? {
    guard let changes = observation.changes,
      let patch = directory.patches.first(where: { "\($0.version)" == observation.version })
    else { return nil }
    var bound = Receipt.Patch(
      version: observation.version,
      file: observation.file,
      hash: patch.script.identity.exact,
      undoHash: patch.undo?.identity.exact,
      verifyHash: patch.verify?.identity.exact,
      changes: changes,
      tables: observation.statements.touchedTables
    )
    bound.isOutsideTransaction = patch.script.directives.isOutsideTransaction
    bound.isUndoOutsideTransaction = patch.undo?.directives.isOutsideTransaction
    if observation.undo == .cancels { bound.reversal = reversals[observation.version] }
    bound.variables = try variables.hashes(of: patch)
    bound.seconds = observation.seconds
    bound.holdSeconds = observation.holdTimes
    bound.locks = Observation.Lock.strongest(observation.statements.flatMap(\.locks))
    bound.walBytes = observation.statements.reduce(0) { $0 + $1.walBytes }
    return bound
  }
}

extension [Observation] {
  /// The tables that statements locked or wrote again.
  var touchedTables: [String] {
    Set(flatMap { $0.locks.map(\.table) + $0.rewrites.map(\.table) }).sorted()
  }
}
