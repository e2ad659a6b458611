import Cluster
import Foundation
import Postgres
import Processes
import Synchronization
import TestSupport

/// A server of the fire's own, which is crashed and restarted while others use it.
final class FireServer: Sendable {
  /// The server.
  let scratch: ScratchServer
  private let upheavals = Mutex(0)
  private let held = Mutex<[pid_t]>([])

  /// Starts a server as production would: `fsync` on, since without it no history is trusted.
  init(_ version: TestServer, autovacuum: Bool) throws {
    var options = try version.options()
    let settings = [
      "fsync": "on", "max_prepared_transactions": "20", "deadlock_timeout": "100ms",
      "autovacuum": autovacuum ? "on" : "off", "autovacuum_naptime": "1s",
      "allow_in_place_tablespaces": "on", "wal_writer_delay": "10s", "bgwriter_delay": "10s",
      "restore_command": "false", "max_wal_size": "256MB",
    ]
    options.settings.merge(settings) { _, ours in ours }
    if version == .v18 { options.settings["summarize_wal"] = "on" }
    scratch = try ScratchServer.start(options)
  }

  /// How many upheavals there have been; waits for the end of one that goes on.
  var calm: Int { upheavals.withLock { $0 } }

  /// Stops everything at once, without a checkpoint, and recovers.
  func crash() throws {
    try upheave {
      try scratch.stop(.immediate)
      try scratch.startAgain()
    }
  }

  /// Stops in order and starts again.
  func restart() throws {
    try upheave {
      try scratch.stop(.fast)
      try scratch.startAgain()
    }
  }

  /// Kills one session as the kernel does when memory is short; the postmaster stays, the log that
  /// was not flushed is lost (`restart_after_crash`).
  func killOneSession() throws {
    try upheave {
      let victim = try Connection.open(scratch.settings())
      let before = try Self.checkpointer(victim)
      kill(pid_t(victim.backendPID), SIGKILL)
      while true {
        let now = try checkpointerNow()
        if now == nil { letGo() }
        if now != nil && now != before { return }
        Thread.sleep(forTimeInterval: 0.01)
      }
    }
  }

  /// Stops the processes that would write the log on their own, until a session is killed.
  func holdLog() throws {
    let writers = try Connection.open(scratch.settings()).execute(
      "SELECT pid FROM pg_stat_activity WHERE backend_type IN ('walwriter', 'background writer')"
    )
    let processes = writers.map { pid_t($0.int("pid")) }
    for process in processes { kill(process, SIGSTOP) }
    held.withLock { $0 += processes }
  }

  /// Lets them go on to their end: a server that refuses sessions has told them already.
  private func letGo() {
    let processes = held.withLock { processes in
      defer { processes = [] }
      return processes
    }
    for process in processes { kill(process, SIGCONT) }
  }

  /// Stops in order and keeps a copy of all files.
  func keepFiles() throws {
    try upheave {
      try scratch.stop(.fast)
      try Self.run("cp", "-a", scratch.dataDirectory, keptFiles)
      try scratch.startAgain()
    }
  }

  /// Puts the kept files in place of today's, as one who restores a backup or a virtual machine.
  ///
  /// With `promoting` it then recovers as from an archive that has no more log, which begins a new
  /// timeline (manual, 26.3.4).
  func putFilesBack(promoting: Bool) throws {
    try upheave {
      try scratch.stop(.immediate)
      try Self.run("rm", "-rf", scratch.dataDirectory)
      try Self.run("mv", keptFiles, scratch.dataDirectory)
      if promoting {
        try Self.run("touch", "\(scratch.dataDirectory)/recovery.signal")
      }
      try scratch.startAgain()
      let connection = try Connection.open(scratch.settings())
      while try connection.execute("SELECT pg_is_in_recovery()").bool {
        Thread.sleep(forTimeInterval: 0.01)
      }
    }
  }

  private var keptFiles: String { "\(scratch.path)/kept" }

  private static func run(_ program: String, _ arguments: String...) throws {
    try Invocation(program, arguments).run().checked()
  }

  /// The checkpointer's process, which a recovery replaces; nil while nobody can connect.
  private func checkpointerNow() throws -> String? {
    do {
      return try Self.checkpointer(try Connection.open(scratch.settings()))
    } catch let error as PostgresError where Unrest.explains(error) {
      return Optional.none
    }
  }

  private static func checkpointer(_ connection: Connection) throws -> String? {
    try connection.execute(
      "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'"
    ).value
  }

  private func upheave(_ body: () throws -> Void) throws {
    try upheavals.withLock { count in
      count += 1
      try body()
    }
  }
}
