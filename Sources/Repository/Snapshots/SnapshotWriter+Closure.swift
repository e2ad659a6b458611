internal import ObjectStore
internal import Problems

/// What makes a snapshot whole although collectors work at the same time.
extension SnapshotWriter {
  /// Times that a closure is looked up again; each one needs another collector in between.
  private static var attempts: Int { 8 }

  typealias Closure = (_ need: (ChunkID) throws -> Void) throws -> Void

  /// Looks up the closure, and copies what is in marked packs only, until nothing is.
  func wholeClosure(_ closure: Closure, after name: SnapshotName? = nil) throws -> ClosureCheck {
    for _ in 0..<Self.attempts {
      var check = try ClosureCheck(in: repository)
      try closure {
        // Until the manifest protects the chunks, the lease does, and a long list may outlast it.
        if name == nil { try renewIfDue() }
        try check.need($0)
      }
      let stranded = try check.chunksInMarkedPacks()
      if stranded.isEmpty {
        try check.verify(after: name)
        return check
      }
      var rescue = try Rescue(repository, check.places)
      for id in stranded {
        try renewIfDue()
        try rescue.copy(id) { try append($0, sealed: $1) }
      }
      try flush()
    }
    throw Self.busy(name)
  }

  /// Looks again at marks and packs, now that the manifest is there.
  ///
  /// A mark that is not there yet is swept by a collector that has seen the manifest; what is in a
  /// pack that is marked by now is copied. A manifest that turns out to be incomplete goes again, so
  /// that nobody takes it for a snapshot.
  func confirm(_ name: SnapshotName, _ check: ClosureCheck, _ closure: Closure) throws {
    if repository.omitted.contains(.checkedAgain) { return }
    do {
      var check = check
      for _ in 0..<Self.attempts {
        if try check.isUnmarked() { return try check.verify(after: name) }
        check = try wholeClosure(closure, after: name)
      }
      throw Self.busy(name)
    } catch var problem as Problem {
      // Another failure, such as a store that does not answer, says nothing against the snapshot.
      let against = [ClosureCheck.code, Self.busyCode, Lease.expiredCode]
      guard against.contains(problem.code) else { throw problem }
      do {
        try repository.checkMayRemove()
        try repository.store.delete(name.object)
        problem.facts.append(.init("manifest", "was removed again"))
      } catch let other as Problem {
        problem.facts.append(.init("manifest", "could not be removed: \(other.summary)"))
      }
      throw problem
    }
  }

  private static var busyCode: String { "repository.marked-meanwhile" }

  private static func busy(_ name: SnapshotName?) -> Problem {
    Problem(
      code: busyCode,
      "the packs of the new snapshot were marked for deletion again and again",
      reason: "several collectors work at once",
      facts: name.map { [.init("snapshot", $0.text)] } ?? [],
      hint: "Run the backup again.",
      isRetryable: true
    )
  }
}
