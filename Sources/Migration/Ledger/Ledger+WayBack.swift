extension Ledger.State {
  /// What can be taken back, in the order in which it is: repeatable patches have no way back.
  ///
  /// An undo that began and did not end comes first. Then the patches, the last applied in time
  /// first: to accept an edited file says nothing of when the patch ran. One that was only declared
  /// applied has no time of its own and stands after the patches of lower versions.
  public var undoable: [Ledger.Event] {
    var reached = 0
    let placed = applied.filter { !$0.version.isRepeatable }.map { event in
      reached = max(reached, event.appliedAt ?? 0)
      return (place: event.appliedAt ?? reached, event: event)
    }
    let begun = latest.filter { $0.isUnfinished && $0.kind == .undone }
    return begun.sorted { $0.position > $1.position }
      + placed.sorted { ($0.place, $0.event.version) > ($1.place, $1.event.version) }.map(\.event)
  }

  /// Patches that began outside a transaction, or were to be taken back so, and did not end.
  var unfinished: [Ledger.Event] { latest.filter { $0.isUnfinished && !isUntouched($0) } }

  /// A patch outside a transaction whose first step never committed has not run, and may be edited.
  func isUntouched(_ event: Ledger.Event) -> Bool {
    guard event.kind == .applied, let progress = progress[event.version] else { return false }
    return progress.hasBegun && progress.isUntouched
  }
}
