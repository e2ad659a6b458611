import Postgres
import TestSupport

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
