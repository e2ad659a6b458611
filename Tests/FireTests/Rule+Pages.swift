import Foundation
import Postgres
import TestSupport

@testable import Backup

extension Rule {
  /// Which pages count as changed, by the headers of pages.
  static let pageRules = [
    Rule("A transaction that runs when the horizon is read", without: [.waitForTransactions]) {
      scene in
      try scene.makeTable()
      let writer = try Connection.open(scene.settings)
      try writer.execute("BEGIN; UPDATE t SET n = 1 WHERE id <= 50")
      try await scene.snapshot { $0.horizonWait = 0.1 }
      try writer.execute("COMMIT")
    },
    Rule("A prepared transaction when the horizon is read", without: [.waitForTransactions]) {
      scene in
      try scene.makeTable()
      try scene.sql("BEGIN; DELETE FROM t WHERE id <= 50; PREPARE TRANSACTION 'held'")
      try await scene.snapshot { $0.horizonWait = 0.1 }
      try scene.sql("COMMIT PREPARED 'held'")
    },
    Rule("Pages that were extended ahead and never initialised", without: [.zeroPages], on: [.v18])
    { scene in
      try scene.makeTable(20_000)
      try await scene.snapshot()
      try scene.sql("DELETE FROM t", "VACUUM t")
      try Connection.open(scene.settings).copy(1500, into: "t")
    },
    Rule("A file that changes places with another, as pg_repack does", without: [.fileNode]) {
      scene in
      try scene.makeTable()
      try scene.sql(
        "CREATE TABLE u AS SELECT id, n + 1 AS n, pad FROM t WHERE id % 7 > 0",
        "VACUUM u"
      )
      try await scene.snapshot()
      try scene.sql(
        """
        SET allow_system_table_mods = on;
        UPDATE pg_class c SET relfilenode = o.relfilenode FROM pg_class o
        WHERE c.oid IN ('t'::regclass, 'u'::regclass) AND o.oid IN ('t'::regclass, 'u'::regclass)
          AND o.oid <> c.oid
        """
      )
    },
    Rule("An unlogged table, whose pages have no LSN", without: [.unlogged]) { scene in
      try await scene.changeUnlogged()
    },
    Rule("A change just above the horizon", without: [.exactThreshold]) { scene in
      // One page, touched since the last checkpoint, so that the record of its next change is short.
      try scene.makeTable(5)
      try await scene.snapshot()
      try scene.sql("UPDATE t SET n = 1 WHERE id = 1")
      try await scene.snapshot(whenOpen: { try scene.sql("UPDATE t SET n = 2 WHERE id = 1") })
    },
    Rule("A log that a killed session took with it", without: [.durability, .witnessRow]) { scene in
      try scene.makeTable()
      try await scene.snapshot()
      try scene.server.holdLog()
      try scene.sql("SET synchronous_commit = off; UPDATE t SET n = 1 WHERE id <= 50")
      try await scene.snapshot()
      try scene.server.killOneSession()
      for round in 1...20 {
        try scene.sql("UPDATE t SET n = 2 WHERE id BETWEEN \(round)00 AND \(round)40")
      }
    },
  ]
}

extension Scene {
  /// Changes an unlogged table after a snapshot.
  func changeUnlogged() async throws {
    try makeTable()
    try sql("ALTER TABLE t SET UNLOGGED", "VACUUM t")
    try await snapshot()
    try sql("UPDATE t SET n = 1 WHERE id <= 50")
  }
}

extension Connection {
  /// Adds rows to a table of the scenes with one COPY.
  func copy(_ count: Int, into table: String) throws {
    let pad = String(repeating: "y", count: 300)
    let rows = (1...count).map { "\($0)\t0\t\(pad)\n" }.joined()
    try copyIn("COPY \(table) (id, n, pad) FROM STDIN") { try $0.write(Array(rows.utf8)) }
  }
}
