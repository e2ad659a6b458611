public import Migration

extension Receipt {
  /// What `lock-first` patches lock at their head, while nothing is held yet.
  ///
  /// The rehearsal took the same locks. Tables that the patches make themselves are not there to be
  /// locked.
  public var firstLocks: [Version: [Runner.TableLock]] {
    var locks: [Version: [Runner.TableLock]] = [:]
    for patch in patches where direction == .up {
      guard let version = Version(patch.version) else { continue }
      locks[version] = Observation.Lock.first(patch.locks) { coverage[$0] != nil }
    }
    return locks
  }
}

extension Observation.Lock {
  /// Of the locks of a patch those that are worth to be taken at its head: they stop writers, and the
  /// weaker ones hinder nobody for whom it would have to wait.
  ///
  /// - Parameters:
  ///   - locks: what the patch locks.
  ///   - isTable: whether a relation can be locked by its name, and is there before the patch.
  /// - Returns: the strongest lock on each table, in the order of names.
  static func first(
    _ locks: [Observation.Lock],
    where isTable: (String) -> Bool
  ) -> [Runner.TableLock] {
    strongest(locks).compactMap { lock in
      guard let mode = lock.lockMode, mode.stopsWriters, isTable(lock.table) else { return nil }
      return Runner.TableLock(table: lock.table, mode: mode.sql)
    }
  }
}
