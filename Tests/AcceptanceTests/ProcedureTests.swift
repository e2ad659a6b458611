import Files
import Postgres
import TestSupport
import Testing

/// The procedure that an operator of the CoSIMS production system follows by hand, in one sitting:
/// save, try the patch on a copy, patch production, reset the schema, take the reset back.
@Suite("The operator's procedure")
struct ProcedureTests {
  private let schema = "cosims"

  @Test("Snapshot, rehearse, migrate, reset the schema from the snapshot, undo the reset")
  func wholeProcedure() throws {
    try withDatabase(on: .v15) { database in
      guard try RealDatabase.cosims.load(into: database, on: .v15) else { return }
      let user = try Drydock(on: .v15)
      let connection = try Connection.open(database)
      let before = try Counts(connection)

      try user.write(patch: "0001_parameters.sql", try correctedPatch())
      try user.backup(database)
      try user.run(["rehearse", "--database", database.argument]).require(0)
      try user.run(["migrate", "--database", database.argument]).require(0)
      let migrated = try Counts(connection)
      #expect(migrated.workers == "150")
      #expect(before.workers != "150")

      // The accident: half of the status changes are gone.
      try connection.execute("DELETE FROM cosims.job_status_changes WHERE id % 2 = 0")
      let reset = [
        "restore", "latest", "--into", database.argument, "--replace", "--schema", schema,
      ]
      let token = try plan(user, reset)
      let replaced = try user.run(reset + ["--confirm", token])
      #expect([0, 7].contains(replaced.code), "\(replaced)")
      let restored = try Counts(connection)
      #expect(restored.changes == before.changes)
      #expect(restored.jobs == before.jobs)
      #expect(restored.workers == before.workers, "the patch came after the snapshot")
      let status = try user.run(["status", "--database", database.argument]).require(0)
      #expect(status.output.contains("pending"), "the ledger follows: \(status)")

      let undo = ["restore", "--undo", "--into", database.argument]
      let undoToken = try plan(user, undo)
      try user.run(undo + ["--confirm", undoToken]).require(0)
      let undone = try Counts(connection)
      #expect(undone.changes == migrated.changes / 2)
      #expect(undone.workers == "150")
    }
  }

  /// What the procedure changes.
  private struct Counts {
    let jobs: Int
    let changes: Int
    let workers: String

    init(_ connection: Connection) throws {
      jobs = try connection.execute("SELECT count(*) FROM cosims.parent_jobs").int ?? -1
      changes = try connection.execute("SELECT count(*) FROM cosims.job_status_changes").int ?? -1
      workers =
        try connection.execute(
          "SELECT max_number_of_worker_instances FROM cosims.system_parameters"
        ).value ?? ""
    }
  }

  /// The patch that CoSIMS publishes, with the comma that it lacks.
  private func correctedPatch() throws -> String {
    let bytes = try ReadableFile.contents(of: SharedInputs.real() + "/cosims/database_patch.sql")
    let text = String(decoding: bytes, as: UTF8.self)
    let mended = text.replacing(
      "= 'hidden_value'\n    rabbitmq",
      with: "= 'hidden_value',\n    rabbitmq"
    )
    #expect(mended != text, "the published patch lacks a comma")
    return mended
  }

  /// Asks for a plan, which changes nothing, and returns its token.
  private func plan(_ user: Drydock, _ words: [String]) throws -> String {
    let run = try user.run(words + ["--json"])
    #expect(run.code == 3, "\(run)")
    return try run.result(Planned.self).token
  }

  private struct Planned: Decodable {
    let token: String
  }
}
