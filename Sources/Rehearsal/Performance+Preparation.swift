internal import Migration

/// What a rehearsal has to know before it runs a patch.
extension Performance {
  /// What the snapshot has of each table's rows.
  var snapshotRows: SnapshotRows {
    SnapshotRows(rehearsal.content, rehearsal.options.rows, expected: expected)
  }

  /// Finds out what a `lock-first` patch locks, so that the rehearsal locks it first as `migrate` will.
  func learnLocks(_ patch: Patch, _ held: HeldRunner) throws {
    // What runs outside a transaction would stay, and locks nothing at its head.
    let directives = patch.script.directives
    guard directives.locksFirst, !directives.isOutsideTransaction else { return }
    let rows = snapshotRows
    rehearsal.progress("looking what \(patch.file) locks")
    held.firstLocks[patch.version] = try LockScout(scratchWatch).locks(of: patch, held) { table in
      rows.coverage(of: table) != nil
    }
  }
}
