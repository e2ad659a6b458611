internal import Catalog
internal import Migration

/// What is to run, and where the ledger must stand for it.
extension ReceiptCheck {
  /// The receipt's patches that this occasion may run, in order.
  var allowed: [Receipt.Patch] {
    switch (receipt.direction, occasion.direction) {
    case (.up, .up): Array(receipt.patches.dropFirst(use.applied))
    // The last that was applied under it, or the one whose undo was interrupted.
    case (.up, .down): Array(receipt.patches.prefix(use.applied + use.unfinishedUndos).suffix(1))
    case (.down, .down): use.undone == 0 ? receipt.patches : []
    case (.down, .up): []
    }
  }

  /// The ledger must stand where the rehearsal began, or where this receipt's patches brought it.
  mutating func checkLedger() {
    if receipt.direction == .down, occasion.direction == .up {
      mismatch("it is for taking back \(receipt.patches.map(\.file).joined()) alone", .way)
      return
    }
    let state = occasion.live.ledger
    if use.undone > 0, occasion.direction == .up {
      mismatch("it is used up: it was applied, and taken back again")
    } else if use.applied == receipt.patches.count, occasion.direction == .up {
      mismatch("it is used up: all of its patches are applied")
    }
    if state.receiptPosition != use.position(of: receipt) {
      mismatch(
        "somebody else changed the ledger meanwhile: it should be at event"
          + " \(use.position(of: receipt)), and is at \(state.receiptPosition)"
      )
    }
    let versions = Set(state.applied.map { "\($0.version)" })
    let wanted = use.versions(of: receipt)
    let surplus = versions.subtracting(wanted).sorted()
    let missing = wanted.subtracting(versions).sorted()
    if !surplus.isEmpty {
      mismatch("\(Words.list(surplus)) is applied, and was not in the rehearsal")
    }
    if !missing.isEmpty {
      mismatch("\(Words.list(missing)) is not applied, and was in the rehearsal")
    }
  }

  /// The receipt may be used for its first patches only, never for others or in another order.
  mutating func checkPatches() throws {
    let allowed = allowed
    if occasion.patches.count > allowed.count {
      let surplus = occasion.patches.dropFirst(allowed.count).map(\.file)
      mismatch("it does not cover \(Words.list(surplus))")
    }
    let variables = try BoundVariables(key: receipt.variableKey)
    for (rehearsed, patch) in zip(allowed, occasion.patches) {
      guard rehearsed.version == "\(patch.version)" else {
        mismatch("it has \(rehearsed.file) where \(patch.file) is to run")
        continue
      }
      checkFiles(rehearsed, patch)
      checkTransactions(rehearsed, patch)
      checkVariables(rehearsed.variables, try variables.hashes(of: patch), patch.file)
      if receipt.direction == .up, occasion.direction == .down, rehearsed.reversal == nil {
        mismatch("its rehearsal did not take \(patch.file) back with success")
      }
    }
  }

  private mutating func checkFiles(_ rehearsed: Receipt.Patch, _ patch: Patch) {
    let files = [
      (rehearsed.hash, patch.script.identity.exact, patch.file),
      (rehearsed.undoHash, patch.undo?.identity.exact, "the undo file of \(patch.file)"),
      (rehearsed.verifyHash, patch.verify?.identity.exact, "the verify file of \(patch.file)"),
    ]
    for (old, new, file) in files where old != new {
      switch (old, new) {
      case (nil, _): mismatch("\(file) is new since the rehearsal", .files)
      case (_, nil): mismatch("\(file) is gone since the rehearsal", .files)
      default:
        mismatch("\(file), or a file that it includes, was changed after the rehearsal", .files)
      }
    }
  }

  /// The same bytes do something else where what fails is no longer rolled back as a whole.
  private mutating func checkTransactions(_ rehearsed: Receipt.Patch, _ patch: Patch) {
    let scripts: [(Bool?, Script?, String)] = [
      (rehearsed.isOutsideTransaction, patch.script, patch.file),
      (rehearsed.isUndoOutsideTransaction, patch.undo, "the undo file of \(patch.file)"),
    ]
    for (wasOutside, script, file) in scripts {
      guard let wasOutside, let isOutside = script?.directives.isOutsideTransaction,
        wasOutside != isOutside
      else { continue }
      let (was, now) = isOutside ? ("in", "outside") : ("outside", "in")
      mismatch(
        "\(file) ran \(was) a transaction in the rehearsal, and is to run \(now) one",
        .files
      )
    }
  }

  private mutating func checkVariables(
    _ old: [String: String],
    _ new: [String: String],
    _ file: String
  ) {
    for name in Set(old.keys).union(new.keys).sorted() where old[name] != new[name] {
      let what =
        switch (old[name], new[name]) {
        case (nil, _): "is set now, and was not in the rehearsal"
        case (_, nil): "is not set now, and was in the rehearsal"
        default: "has another value than in the rehearsal"
        }
      mismatch("variable \(name) of \(file) \(what)", .variables)
    }
  }

  /// Drift inside the patches' footprint refuses, and so does another environment; the rest is told.
  mutating func checkSchema() {
    let changes = allowed.compactMap { self.changes(of: $0) }
    let tables = Set(allowed.flatMap { $0.tables + ($0.reversal?.tables ?? []) })
    let drift = occasion.live.schema.difference(from: receipt.schema(after: use))
      .parted(by: Footprint(tables: tables, changes: changes))
    // What a patch that was interrupted has done already is no drift.
    let begun = Set(use.hasUnfinished ? changes.prefix(1).flatMap(\.objects) : [])
    for line in sentences(drift.inside, without: begun) { mismatch(line) }
    let outside = sentences(drift.outside, without: begun.union(siblings(drift.outside)))
    if occasion.policy?.drift == .strict {
      for line in outside { mismatch(line) }
    } else {
      outsideDrift += outside
    }
  }

  /// What differs in schemas that were rehearsed in the same run: their own receipts are for that.
  private func siblings(_ drift: SchemaDifference) -> [SchemaObject] {
    guard let siblings = receipt.siblings, !siblings.isEmpty else { return [] }
    let objects =
      drift.added.map(\.object) + drift.removed.map(\.object) + drift.changed.map(\.object)
    return objects.filter { object in siblings.contains { object.lies(in: $0) } }
  }

  private func changes(of patch: Receipt.Patch) -> ChangeSet? {
    let isWayBack = receipt.direction == .up && occasion.direction == .down
    return isWayBack ? patch.reversal?.changes : patch.changes
  }

  private func sentences(_ drift: SchemaDifference, without: Set<SchemaObject>) -> [String] {
    drift.added.filter { !without.contains($0.object) }
      .map { "\($0.object) was added: \($0.text)" }
      + drift.removed.map(\.object).filter { !without.contains($0) }.map { "\($0) is gone" }
      + drift.changed.filter { !without.contains($0.object) }
      .map { "\($0.object) was changed: \($0.old) became \($0.new)" }
  }
}
