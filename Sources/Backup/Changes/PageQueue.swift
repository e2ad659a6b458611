internal import Catalog
internal import Postgres
private import Synchronization

/// The batches of a page check, shared by the connections that ask.
final class PageQueue: Sendable {
  private struct State {
    var common: [PageCheck.Batch]
    var large: [PageCheck.Batch]
    var leftToHolder: [PageCheck.Batch] = []
    var found: [[Int: PageSet]] = []
  }

  private let check: PageCheck
  private let state: Mutex<State>

  init(_ check: PageCheck) {
    self.check = check
    let batches = check.batches
    state = Mutex(
      State(
        common: batches.filter { $0.parts.count > 1 },
        large: batches.filter { $0.parts.count == 1 }
      )
    )
  }

  /// What is known of every table, by oid.
  var answers: [Int: PageCheck.Answer] { check.answers(state.withLock { $0.found }) }

  /// Asks on the connection that holds the locks: for many tables at once, then for what is left.
  ///
  /// A lock for each of 10,000 tables on every connection would fill the server's lock table.
  func askAsHolder(_ connection: Connection) throws {
    while let batch = next({
      $0.common.popLast() ?? $0.leftToHolder.popLast() ?? $0.large.popLast()
    }) {
      try ask(batch, connection)
    }
  }

  /// Asks on a worker's connection, for parts of large tables.
  ///
  /// Who cannot lock a table at once leaves it to the holder: somebody may queue behind its lock.
  func askAsWorker(_ connection: Connection) throws {
    while let batch = next({ $0.large.popLast() }) {
      if try connection.lockAtOnce(batch.parts.map { check.tables[$0.table].name }) {
        try ask(batch, connection)
      } else {
        state.withLock { $0.leftToHolder.append(batch) }
      }
    }
  }

  private func next(_ take: (inout State) -> PageCheck.Batch?) -> PageCheck.Batch? {
    state.withLock { take(&$0) }
  }

  private func ask(_ batch: PageCheck.Batch, _ connection: Connection) throws {
    let found = try check.run(batch, on: connection)
    state.withLock { $0.found.append(found) }
  }
}
