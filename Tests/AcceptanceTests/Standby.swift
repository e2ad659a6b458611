import Postgres
import Processes
import TestSupport

@testable import Cluster

/// A server that replays what another one writes, and that can be told to stop doing so.
struct Standby {
  private let server: ScratchServer

  /// Copies a server and follows it.
  init(of primary: OwnServer) throws {
    let settings = primary.settings().with("application_name", "behind")
    server = try ScratchServer.start(TestServer.v15.options()) { standby in
      try standby.invocation(
        "pg_basebackup",
        [
          "--pgdata=\(standby.dataDirectory)", "--dbname=\(settings.argument)",
          "--write-recovery-conf",
          "--checkpoint=fast", "--wal-method=stream",
        ]
      ).run(timeLimit: .seconds(120)).checked()
    }
  }

  /// Replays nothing until it is told to.
  func pause() throws {
    let connection = try Connection.open(server.settings())
    try connection.execute("SELECT pg_wal_replay_pause()")
    let state = "SELECT pg_get_wal_replay_pause_state()"
    try Wait.asLongAs(connection.query(state, []).value != "paused")
  }

  func resume() throws {
    try Connection.open(server.settings()).execute("SELECT pg_wal_replay_resume()")
  }

  func remove() throws { try server.remove() }
}
