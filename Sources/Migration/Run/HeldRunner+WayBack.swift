internal import Problems

/// What may be taken back, and what may be said of a patch that ran.
extension HeldRunner {
  /// The patch to take back: that of a version, or the last.
  ///
  /// - Parameters:
  ///   - directory: The patches.
  ///   - version: Which one; nil for an undo that did not end, else the last applied.
  /// - Returns: The patch.
  /// - Throws: A `Problem` unless it is applied, has its way back and no other patch is unfinished.
  public func undoable(_ directory: PatchDirectory, _ version: Version?) throws -> Patch {
    try wayBack(directory, version).patch
  }

  /// The patches to take back so that a version is the last, in the order in which they are.
  ///
  /// - Parameters:
  ///   - directory: The patches.
  ///   - target: The version that stays, which is applied; 0 for none.
  /// - Returns: The patches; none where the version is the last.
  /// - Throws: A `Problem` unless each of them can be taken back.
  public func undoable(_ directory: PatchDirectory, downTo target: Version) throws -> [Patch] {
    guard target == Version("0") || (state[target]?.isApplied == true && !target.isRepeatable)
    else {
      throw Problem(
        .usage,
        code: "undo.unknown-target",
        "there is no applied patch with a number \(target), so nothing is taken back down to it",
        hint: "'drydock status' shows which are applied; --to 0 takes back all."
      )
    }
    let versions = state.undoable.map(\.version).filter { $0 > target }
    try requireFinished(except: versions)
    return try versions.map { try script(of: $0, in: directory).patch }
  }

  /// The patch of a version, or the last, with the script that takes it back.
  func wayBack(
    _ directory: PatchDirectory,
    _ version: Version?
  ) throws -> (patch: Patch, undo: Script) {
    let version = version ?? state.undoable.first?.version
    try requireFinished(except: version.map { [$0] } ?? [])
    return try script(of: version, in: directory)
  }

  private func script(
    of version: Version?,
    in directory: PatchDirectory
  ) throws -> (patch: Patch, undo: Script) {
    let event = version.flatMap { state[$0] }
    guard let event, event.isApplied || (event.isUnfinished && event.kind == .undone) else {
      throw Problem(
        .refused,
        code: "undo.not-applied",
        version.map { "patch \($0) is not applied" } ?? "no patch is applied",
        hint: "'drydock status' shows what is."
      )
    }
    guard let patch = directory[event.version] else {
      throw Problem(
        .refused,
        code: "undo.missing-file",
        "the file of patch \(event.name) is gone from \(directory.path)"
      )
    }
    guard let undo = patch.undo else {
      throw Problem(
        .refused,
        code: "undo.no-file",
        "patch \(patch.name.stem) has no undo file",
        hint: "Write \(patch.name.stem).undo.sql beside it, or take the change back by a new patch."
      )
    }
    if let objection = undo.objections.first { throw objection }
    return (patch, undo)
  }

  /// Nothing is taken back from beneath a patch that is there in part; an undo goes on with itself.
  private func requireFinished(except versions: [Version]) throws {
    let other = state.unfinished.first { event in
      event.kind != .undone || !versions.contains(event.version)
    }
    guard let other else { return }
    let next = NextCommand(tenant: state.tenant)
    throw Problem(
      .refused,
      code: "undo.unfinished",
      "patch \(other.name) began and did not end (\(other.kind.rawValue)), so nothing is taken back",
      hint: other.kind == .undone
        ? "Go on with it first: \(next.undo(other.version))"
        : "Let it end first: 'drydock migrate' goes on with it. Or bring the database to where the"
          + " patch ends, then: \(next.repair(other.version))"
    )
  }

  /// Throws unless a patch is applied or was begun.
  func requireBegun(_ patch: Patch) throws {
    let event = state[patch.version]
    if let event, event.isApplied || (event.isUnfinished && event.kind == .applied) { return }
    let next = NextCommand(tenant: state.tenant)
    let isWayBack = event?.isUnfinished == true
    throw Problem(
      .refused,
      code: "repair.not-applied",
      isWayBack
        ? "the undo of patch \(patch.name.stem) began and did not end"
        : "patch \(patch.name.stem) is not applied, so there is nothing to accept",
      hint: isWayBack
        ? "Go on with: \(next.undo(patch.version))"
        : "'drydock migrate' runs it. If the database has it already: \(next.baseline(patch.version))"
    )
  }
}
