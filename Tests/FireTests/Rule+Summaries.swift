import Cluster
import Files
import Postgres
import TestSupport
import Testing

@testable import Backup

extension Rule {
  /// Which pages count as changed, by the server's WAL summaries.
  static let summaryRules = [
    Rule(
      "A file that was cut off and extended again",
      without: [.limitBlocks],
      on: [.v18],
      bySummaries: true
    ) { scene in
      try scene.makeTable(20_000)
      try await scene.snapshot()
      try scene.sql("DELETE FROM t", "VACUUM t")
      try Connection.open(scene.settings).copy(1500, into: "t")
    },
    Rule(
      "A summary that is missing",
      without: [.contiguousSummaries],
      on: [.v18],
      bySummaries: true
    ) { scene in
      try scene.makeTable()
      try await scene.snapshot()
      try scene.sql("CHECKPOINT", "UPDATE t SET n = 1 WHERE id <= 50", "CHECKPOINT")
      try scene.loseNewestSummary()
      try scene.sql("UPDATE t SET n = 2 WHERE id > 2900")
    },
    Rule(
      "An unlogged table, of which the log knows nothing",
      without: [.unlogged],
      on: [.v18],
      bySummaries: true
    ) { scene in try await scene.changeUnlogged() },
    Rule(
      "A clone under the same oid, in the log",
      without: [.databaseFile, .witnessRow],
      on: [.v18],
      bySummaries: true
    ) { scene in try await scene.replaceByClone() },
  ]
}

extension Scene {
  /// Removes the summary of the last checkpoint, once it is there.
  func loseNewestSummary() throws {
    try sql("SELECT pg_switch_wal()", "CHECKPOINT")
    try wait(
      until: """
        (SELECT summarized_lsn FROM pg_get_wal_summarizer_state())
          >= (SELECT redo_lsn FROM pg_control_checkpoint())
        """
    )
    let directory = "\(server.scratch.dataDirectory)/pg_wal/summaries"
    let summaries = try Directory.entries(of: directory).map(\.name).filter {
      $0.hasSuffix(".summary")
    }
    let newest = try #require(summaries.max())
    try Directory.removeFile("\(directory)/\(newest)")
  }
}
