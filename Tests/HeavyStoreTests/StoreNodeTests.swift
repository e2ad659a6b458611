import Postgres
import Synchronization
import TestSupport
import Testing

@Suite("A real object store that loses a node midway", .serialized)
struct StoreNodeTests {
  /// Kills a node once, when a request of some kind comes.
  private final class Killer: Sendable {
    private let target = Mutex<(node: StoreNode, method: String)?>(nil)
    private let failure = Mutex<(any Error)?>(nil)

    /// Makes the next request of this method to a pack deadly.
    func arm(_ node: StoreNode, _ method: String) { target.withLock { $0 = (node, method) } }

    /// Throws unless the node was killed.
    func checkDone() throws {
      if let failure = failure.withLock({ $0 }) { throw failure }
      #expect(target.withLock { $0 } == nil, "no request came that could kill the node")
    }

    func pass(_ request: LoopbackServer.Request) {
      let node = target.withLock { target -> StoreNode? in
        guard let found = target, found.method == request.method,
          request.target.contains("/packs/")
        else { return nil }
        target = nil
        return found.node
      }
      do {
        try node?.kill()
      } catch {
        failure.withLock { $0 = error }
      }
    }
  }

  @Test(
    "Backup and restore go on without it, and everything reported as done is whole",
    arguments: RealStore.allCases
  )
  func killed(store: RealStore) throws {
    let node = try StoreNode(of: store)
    let killer = Killer()
    let proxy = try FaultProxy(to: store.endpoint) { request, _ in
      killer.pass(request)
      return .none
    }
    try withDatabase(on: .v15) { source in
      let trial = try StoreTrial(store, source, through: proxy)
      try trial.fill(rows: 4000)
      _ = try trial.run(["init"]).require(0)
      let first = try trial.user.backup(source)

      killer.arm(node, "GET")
      try trial.expectRestores(first.snapshot)
      try killer.checkDone()
      try node.restart()

      // More than one pack, so that the first one to be stored is midway.
      try trial.execute(
        """
        INSERT INTO cargo SELECT i,
          (SELECT string_agg(sha256((i * 100 + j)::text::bytea), '') FROM generate_series(1, 30) j)
        FROM generate_series(100001, 145000) i
        """
      )
      killer.arm(node, "PUT")
      let backup = try trial.run(["backup", source.argument])
      try killer.checkDone()
      if backup.code != 0 {
        #expect(backup.missingOfError.isEmpty, "\(backup)")
        try trial.user.backup(source)
      }
      print("backup while a node of \(store) was killed: \(backup.ending)")

      _ = try trial.run(["check", "--read-data"]).require(0)
      _ = try trial.run(["verify", first.snapshot, "--level", "2"]).require(0)
      try trial.expectRestores()
      try node.restart()
      _ = try trial.run(["check", "--read-data"]).require(0)
    }
  }
}
