internal import Catalog
public import Migration
public import Problems

/// Holds a receipt against the database and the patches that it is wanted for.
public struct ReceiptCheck: Sendable {
  /// What does not fit, each in a sentence; empty when the receipt may be used.
  public private(set) var mismatches: [String] = []
  /// What changed outside the patches' footprint: recorded, no reason to refuse.
  public private(set) var outsideDrift: [String] = []
  /// How many of the receipt's patches are applied already under it.
  public private(set) var applied = 0

  private let receipt: Receipt

  /// Compares everything that the receipt binds.
  ///
  /// - Parameters:
  ///   - receipt: the receipt, its signature checked.
  ///   - live: the database now.
  ///   - pending: the patches that are to run, in order.
  ///   - now: seconds since 1970.
  public init(_ receipt: Receipt, live: LiveDatabase, pending: [Patch], now: Int) {
    self.receipt = receipt
    checkTime(now)
    checkTarget(live)
    checkLedger(live.ledger)
    checkPatches(pending)
    checkSchema(live.schema)
  }

  /// Throws a `Problem` of kind `refused` that lists what does not fit.
  public func require() throws(Problem) {
    guard !mismatches.isEmpty else { return }
    throw Problem(
      .refused,
      code: "receipt.mismatch",
      "receipt \(receipt.id) does not fit; nothing was run",
      facts: mismatches.prefix(20).map { Problem.Fact("differs", $0) },
      hint: "Take a snapshot and rehearse again: drydock backup, drydock rehearse."
    )
  }

  private mutating func checkTime(_ now: Int) {
    if now > receipt.expires {
      mismatches.append("it expired \((now - receipt.expires) / 60) minutes ago")
    }
    if now < receipt.created - 180 {
      mismatches.append("it was made in the future; a clock is wrong")
    }
  }

  private mutating func checkTarget(_ live: LiveDatabase) {
    let (wanted, found) = (receipt.target, live.target)
    if wanted != found {
      mismatches.append(
        "it is for database \(wanted.database) of system \(wanted.systemIdentifier)"
          + " (oid \(wanted.oid)), this is \(found.database) of \(found.systemIdentifier)"
          + " (oid \(found.oid))"
      )
    }
    if receipt.migrator != live.role {
      mismatches.append("it is for role \(receipt.migrator), this session is \(live.role)")
    }
  }

  /// The ledger must stand where the rehearsal began, or where this receipt's patches brought it.
  private mutating func checkLedger(_ state: Ledger.State) {
    let under = state.latest.filter { $0.receipt == receipt.id && $0.isApplied }.count
    applied = under
    if state.lastPosition != receipt.ledgerPosition + under {
      mismatches.append(
        "the ledger stood at event \(receipt.ledgerPosition), and is at \(state.lastPosition) now;"
          + " the receipt may be used up"
      )
    }
    let versions = state.applied.map { "\($0.version)" }
    let wanted = receipt.ledger + receipt.patches.prefix(under).map(\.version)
    if Set(versions) != Set(wanted) {
      mismatches.append("other patches are applied than the rehearsal assumed")
    }
  }

  /// The receipt may be used for its first patches only, never for others or in another order.
  private mutating func checkPatches(_ pending: [Patch]) {
    let rest = receipt.patches.dropFirst(applied)
    if pending.count > rest.count {
      let surplus = pending.dropFirst(rest.count).map(\.file)
      mismatches.append("it does not cover \(surplus.joined(separator: ", "))")
    }
    for (rehearsed, patch) in zip(rest, pending) {
      guard rehearsed.version == "\(patch.version)" else {
        mismatches.append("it has \(rehearsed.file) where \(patch.file) is pending")
        continue
      }
      let hashes = [
        (rehearsed.hash, patch.script.identity.exact, patch.file),
        (rehearsed.undoHash, patch.undo?.identity.exact, "the undo file of \(patch.file)"),
        (rehearsed.verifyHash, patch.verify?.identity.exact, "the verify file of \(patch.file)"),
      ]
      for (old, new, file) in hashes where old != new {
        mismatches.append("\(file) was changed after the rehearsal")
      }
    }
  }

  /// Drift inside the patches' footprint refuses, and so does another environment; the rest is told.
  private mutating func checkSchema(_ live: SchemaFingerprint) {
    let rest = Array(receipt.patches.dropFirst(applied))
    let expected = receipt.patches.prefix(applied)
      .reduce(receipt.schema) { $0.applying($1.changes) }
    let footprint = Footprint(tables: Set(rest.flatMap(\.tables)), changes: rest.map(\.changes))
    let drift = live.difference(from: expected).parted(by: footprint)
    mismatches += sentences(drift.inside)
    outsideDrift += sentences(drift.outside)
  }

  private func sentences(_ drift: SchemaDifference) -> [String] {
    drift.added.map { "\($0.object) was added: \($0.text)" }
      + drift.removed.map { "\($0.object) is gone" }
      + drift.changed.map { "\($0.object) was changed: \($0.old) became \($0.new)" }
  }
}
