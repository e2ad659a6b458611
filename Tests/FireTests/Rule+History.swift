import Postgres
import Problems
import Repository
import Snapshot

@testable import Backup

extension Rule {
  /// Whether the server still is where the parent saw it.
  static let historyRules = [
    Rule("A server that was set back", without: [.witnessRow]) { scene in
      try await scene.setBack()
      try scene.write(beyond: try scene.parent().position.lsn)
    },
    Rule("A server that is behind the parent", without: [.walPosition, .witnessRow]) { scene in
      try await scene.setBack()
    },
    Rule("A witness that was copied", without: [.witnessTransaction]) { scene in
      try await scene.setBack()
      let parent = try scene.parent()
      try scene.write(beyond: parent.position.lsn)
      let connection = try Connection.open(scene.settings)
      try Witness.create(connection)
      try connection.query(
        "INSERT INTO drydock_witness.rows (id, repository) VALUES ($1, 'copy')",
        [.text(parent.position.witness?.id ?? "")]
      )
    },
    Rule("A database that a clone replaced", without: [.databaseOid, .witnessRow]) { scene in
      let (name, clone) = (scene.database, "\(scene.database)_clone")
      try scene.makeTable()
      try scene.maintenance("CREATE DATABASE \(clone) TEMPLATE \(name) STRATEGY FILE_COPY")
      try scene.sql("UPDATE t SET n = 1 WHERE id <= 50")
      try await scene.snapshot()
      try scene.maintenance(
        "DROP DATABASE \(name) WITH (FORCE)",
        "ALTER DATABASE \(clone) RENAME TO \(name)"
      )
    },
    Rule("A clone under the same oid", without: [.witnessRow]) { scene in
      try await scene.replaceByClone()
    },
    Rule("A recovery that took another way", without: [.timeline, .witnessRow]) { scene in
      try await scene.setBack(promoting: true)
      try scene.write(beyond: try scene.parent().position.lsn)
    },
  ]
}

extension Scene {
  /// Puts an older copy of the database, with the same oid, file nodes and LSNs, in its place
  /// (`STRATEGY = FILE_COPY` copies files as they are).
  func replaceByClone() async throws {
    let (name, clone) = (database, "\(database)_clone")
    try makeTable()
    try maintenance("CREATE DATABASE \(clone) TEMPLATE \(name) STRATEGY FILE_COPY")
    // VACUUM leaves nothing to tidy up, which a reader would write into the log.
    try sql("UPDATE t SET n = 1 WHERE id <= 50", "VACUUM t")
    let oid = try await snapshot().manifest.database.oid
    try maintenance(
      "DROP DATABASE \(name) WITH (FORCE)",
      "CREATE DATABASE \(name) OID \(oid) TEMPLATE \(clone) STRATEGY FILE_COPY"
    )
  }

  /// Lets a snapshot see rows that the server then loses: its files are put back as they were.
  fileprivate func setBack(promoting: Bool = false) async throws {
    try makeTable()
    try server.keepFiles()
    try sql("UPDATE t SET n = 1 WHERE id <= 50")
    try await snapshot()
    try server.putFilesBack(promoting: promoting)
  }

  /// What the newest snapshot says.
  fileprivate func parent() throws -> Manifest {
    guard let name = try repository.snapshots().last else {
      throw Problem(code: "tests.no-parent", "the story has no snapshot yet")
    }
    return try SnapshotContent(opening: name, in: repository).manifest
  }

  /// Fills the log until it is beyond a position, so that nothing but history tells.
  fileprivate func write(beyond position: String) throws {
    let connection = try Connection.open(settings)
    try connection.execute("CREATE TABLE IF NOT EXISTS filler (a int)")
    while try !connection.execute("SELECT pg_current_wal_insert_lsn() > '\(position)'").bool {
      try connection.execute("INSERT INTO filler VALUES (1)")
      try connection.execute("SELECT pg_switch_wal()")
    }
  }
}
