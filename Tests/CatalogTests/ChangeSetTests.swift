import Foundation
import Postgres
import TestSupport
import Testing

@testable import Catalog

@Suite("Comparing live with the scratch")
struct ChangeSetTests {
  @Test(
    "Restored text differs from native text, live against live does not",
    arguments: TestServer.allCases
  )
  func nativeAgainstRestored(server: TestServer) throws {
    try withNativeAndRestored(server) { live, scratch in
      let native = try SchemaFingerprint.read(live)
      #expect(try SchemaFingerprint.read(live) == native)
      let check = SchemaObject(.structure, "constraint", "public.jobs.jobs_state_check")
      let restored = try SchemaFingerprint.read(scratch)
      #expect(native[check] != nil && restored[check] != nil)
      #expect(native[check] != restored[check])
    }
  }

  @Test(
    "A patch makes the same change set on both, although both say old things differently",
    arguments: TestServer.allCases
  )
  func samePatch(server: TestServer) throws {
    try withNativeAndRestored(server) { live, scratch in
      let patch = """
        ALTER TABLE jobs ADD COLUMN note varchar(20) DEFAULT 'x' CHECK (note IN ('x', 'y'));
        ALTER TABLE jobs DROP COLUMN old;
        CREATE INDEX jobs_note ON jobs (note) WHERE state IN ('new');
        CREATE OR REPLACE VIEW busy AS SELECT id FROM jobs WHERE state IN ('new', 'run');
        GRANT SELECT ON jobs TO PUBLIC
        """
      let found = try [live, scratch].map { try changeSet(of: patch, on: $0) }
      #expect(found[0] == found[1])
      #expect(found[0].lines(against: found[1]) == [])
      #expect(
        found[0].objects.map(\.description) == [
          "column public.jobs.note", "column public.jobs.old",
          "constraint public.jobs.jobs_note_check", "index public.jobs.jobs_note",
          "table public.jobs",
          "view public.busy", "access of table public.jobs",
        ]
      )
      let bytes = try JSONEncoder().encode(found[0])
      #expect(try JSONDecoder().decode(ChangeSet.self, from: bytes) == found[1])
    }
  }

  @Test("Another effect on live is named")
  func otherEffect() throws {
    try withNativeAndRestored(.v15) { live, scratch in
      try live.execute("CREATE INDEX jobs_note ON jobs (id)")
      let patch = "CREATE INDEX IF NOT EXISTS jobs_note ON jobs (state)"
      let expected = try changeSet(of: patch, on: scratch)
      let found = try changeSet(of: patch, on: live)
      #expect(found.isEmpty)
      #expect(
        found.lines(against: expected) == [
          "expected, did not happen: added index public.jobs.jobs_note: "
            + "CREATE INDEX jobs_note ON public.jobs USING btree (state)"
        ]
      )
    }
  }

  @Test("An extension that a patch makes is part of its change set, with the version")
  func extensions() throws {
    try withDatabase(on: .v15) { settings in
      let connection = try Connection.open(settings)
      let change = try changeSet(of: "CREATE EXTENSION amcheck VERSION '1.1'", on: connection)
      #expect(
        change.added == [
          .init(
            object: SchemaObject(.environment, "extension", "amcheck"),
            text: "version 1.1 in schema public"
          )
        ]
      )
      #expect(change.changed.isEmpty && change.removed.isEmpty)
    }
  }

  @Test("Up and down cancel")
  func upAndDown() throws {
    try withDatabase(on: .v15) { settings in
      let connection = try Connection.open(settings)
      try connection.execute(FingerprintFixture.sql)
      let change = try changeSet(
        of: """
          ALTER TABLE app.jobs ADD COLUMN note text; CREATE INDEX note ON app.jobs (note);
          DROP INDEX app.note; ALTER TABLE app.jobs DROP COLUMN note
          """,
        on: connection
      )
      #expect(change.isEmpty)
    }
  }

  @Test("A difference reads like a diff")
  func readable() throws {
    try withDatabase(on: .v15) { settings in
      let connection = try Connection.open(settings)
      try connection.execute(
        "CREATE TABLE jobs (id bigint, state text); CREATE TABLE old (a int)"
      )
      let before = try SchemaFingerprint.read(connection)
      try connection.execute(
        "ALTER TABLE jobs ADD note text, ALTER state SET NOT NULL; DROP TABLE old"
      )
      let difference = try SchemaFingerprint.read(connection).difference(from: before)
      try Golden.check(difference.lines.joined(separator: "\n") + "\n", "difference.txt")
    }
  }

  private func changeSet(of patch: String, on connection: Connection) throws -> ChangeSet {
    try connection.execute("BEGIN")
    let before = try SchemaFingerprint.read(connection)
    try connection.execute(patch)
    let after = try SchemaFingerprint.read(connection)
    try connection.execute("ROLLBACK")
    return ChangeSet(from: before, to: after)
  }

  /// A database made natively, and a copy that went through pg_dump and psql.
  private func withNativeAndRestored(
    _ server: TestServer,
    _ body: (Connection, Connection) throws -> Void
  ) throws {
    try withDatabase(on: server) { native in
      try withDatabase(on: server) { restored in
        let live = try Connection.open(native)
        try live.execute(
          """
          CREATE TABLE jobs (id bigint, state varchar(10) CHECK (state IN ('new', 'run', 'done')),
            old varchar DEFAULT 'a');
          CREATE VIEW busy AS SELECT id FROM jobs WHERE state IN ('run')
          """
        )
        try Psql.run(Psql.dump(native, server: server), on: restored, server: server)
        try body(live, try Connection.open(restored))
      }
    }
  }
}
