import Files
import Foundation
import Postgres
import TestSupport
import Testing

@Suite("The verify ladder")
struct LadderTests {
  private struct Listed: Decodable {
    struct Snapshot: Decodable {
      struct Proof: Decodable {
        let level: Int
        let proven: Int
      }

      let snapshot: String
      let proof: Proof?
    }

    let snapshots: [Snapshot]
  }

  private struct Verified: Decodable {
    let snapshot: String
    let new: Bool
    let answers: Int?
    let sample: Int?
    let relations: Int?
  }

  private static let jobs = """
    CREATE TABLE jobs (id int PRIMARY KEY, state text, weight numeric);
    INSERT INTO jobs SELECT i, CASE i % 3 WHEN 0 THEN 'done' ELSE 'new' END, i / 7.0
      FROM generate_series(1, 500) i;
    CREATE VIEW states AS SELECT state, count(*) AS n FROM jobs GROUP BY state;
    """

  /// A directory of questions beside a user's other things.
  private func ask(_ questions: [String: String], _ user: Drydock) throws -> String {
    let directory = "\(user.directory)/verify"
    try Directory.create(directory)
    for (name, text) in questions {
      try AtomicFile.write(Array(text.utf8), to: "\(directory)/\(name)")
    }
    return directory
  }

  @Test(
    "The user's own queries are answered at the instant of the snapshot, and again by the copy",
    arguments: TestServer.either()
  )
  func answers(server: TestServer) throws {
    try withDatabase(on: server) { source in
      let connection = try Connection.open(source)
      try connection.execute(Self.jobs)
      let user = try Drydock(on: server)
      let directory = try ask(
        [
          "states.sql": "-- through a view\nTABLE public.states ORDER BY state;\n",
          "weight.sql": "SELECT sum(weight), NULL, 'a|b', now() IS NULL FROM public.jobs",
          "README.md": "no question",
        ],
        user
      )
      try user.backup(source, ["--queries", directory])
      try connection.execute("DELETE FROM jobs")
      let run = try user.run(["verify", "--level", "3", "--json"]).require(0)
      let verified = try run.result(Verified.self)
      #expect(verified.answers == 2)
      // The table and the index of its key.
      #expect(verified.relations == 2)
    }
  }

  @Test("An answer that differs is shown line by line, and is damage")
  func otherAnswer() throws {
    try withDatabase(on: .v15) { source in
      try Connection.open(source).execute(Self.jobs)
      let user = try Drydock(on: .v15)
      let directory = try ask(
        [
          "role.sql": "VALUES ('same'), (current_user::text) ORDER BY 1",
          "many.sql": "SELECT i, current_user FROM generate_series(1, 300) i",
          "same.sql": "SELECT count(*) FROM public.jobs",
        ],
        user
      )
      try user.backup(source, ["--queries", directory])
      let run = try user.run(["verify", "--level", "3"])
      #expect(run.code == 4, "\(run)")
      #expect(run.output.contains("question role"), "\(run)")
      #expect(run.output.contains("- postgres"), "\(run)")
      #expect(run.output.contains("+ drydock_scratch_reader"), "\(run)")
      #expect(run.output.contains("lines more"), "\(run)")
      #expect(!run.output.contains("question same"), "\(run)")
      let listed = try user.run(["snapshots", "--json"]).require(0).result(Listed.self)
      #expect(listed.snapshots.map { $0.proof?.level } == [nil])
    }
  }

  @Test("A query that writes, fails or ends the transaction is told, and the snapshot is taken")
  func refusedQuestions() throws {
    try withDatabase(on: .v15) { source in
      let connection = try Connection.open(source)
      try connection.execute(Self.jobs)
      try connection.execute(
        """
        CREATE FUNCTION erase() RETURNS int LANGUAGE plpgsql AS
          'BEGIN DELETE FROM public.jobs; RETURN 1; END';
        """
      )
      let user = try Drydock(on: .v15)
      let directory = try ask(
        [
          "a_write.sql": "DELETE FROM public.jobs RETURNING id",
          "b_hidden.sql": "SELECT public.erase()",
          "c_two.sql": "SELECT 1; COMMIT; DELETE FROM public.jobs",
          "d_gone.sql": "SELECT * FROM public.nowhere",
          "e_long.sql": "SELECT generate_series(1, 200000)",
          "f_good.sql": "SELECT max(id) FROM public.jobs",
        ],
        user
      )
      let run = try user.run(["backup", source.argument, "--queries", directory]).require(0)
      for name in ["a_write", "b_hidden", "c_two", "d_gone", "e_long"] {
        #expect(run.errors.contains("question \(name) has no answer"), "\(run)")
      }
      #expect(!run.errors.contains("f_good"), "\(run)")
      #expect(try connection.execute("SELECT count(*) FROM jobs").int == 500)
      let verified = try user.run(["verify", "--level", "3", "--json"]).require(0)
      #expect(try verified.result(Verified.self).answers == 1)
    }
  }

  @Test("A directory of queries that is not there stops the backup")
  func noDirectory() throws {
    try withDatabase(on: .v15) { source in
      let user = try Drydock(on: .v15)
      let run = try user.run(["backup", source.argument, "--queries", "/nowhere/at/all"])
      #expect(run.code == 2, "\(run)")
      #expect(run.missingOfError == [], "\(run)")
    }
  }

  /// The index is built under one application name and read under another.
  @Test("amcheck finds an index whose order does not hold, though every row is right")
  func brokenIndex() throws {
    try withDatabase(on: .v15) { source in
      try Connection.open(source).execute(
        """
        CREATE FUNCTION two_faced(a int, b int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
          BEGIN RETURN CASE WHEN current_setting('application_name') = 'pg_restore'
            THEN btint4cmp(a, b) ELSE btint4cmp(b, a) END; END $$;
        CREATE OPERATOR CLASS two_faced FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=,
          OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 two_faced(int, int);
        CREATE TABLE sorted AS SELECT i FROM generate_series(1, 5000) i;
        CREATE INDEX sorted_index ON sorted (i two_faced);
        """
      )
      let user = try Drydock(on: .v15)
      try user.backup(source)
      let run = try user.run(["verify", "--level", "3"])
      #expect(run.code == 4, "\(run)")
      #expect(run.output.contains("index public.sorted_index"), "\(run)")
    }
  }

  @Test("A definition that a restore alters is found, by the object and its lines")
  func alteredDefinition() throws {
    try withDatabase(on: .v15) { source in
      try Connection.open(source).execute(
        """
        CREATE TABLE altered (a int);
        CREATE FUNCTION alter_other() RETURNS bool LANGUAGE plpgsql AS $$ BEGIN
          IF session_user LIKE 'drydock%' THEN
            EXECUTE 'COMMENT ON TABLE public.altered IS ''by a restore''';
          END IF;
          RETURN true; END $$;
        CREATE TABLE altering (a int CHECK (public.alter_other()));
        INSERT INTO altering VALUES (1);
        """
      )
      let user = try Drydock(on: .v15)
      try user.backup(source)
      let run = try user.run(["verify", "--level", "3"])
      #expect(run.code == 4, "\(run)")
      #expect(run.output.contains("comment public.TABLE altered"), "\(run)")
      #expect(run.output.contains("by a restore"), "\(run)")
    }
  }

  @Test("Proofs are listed, make others needless, and the oldest is renewed first")
  func schedule() throws {
    try withDatabase(on: .v15) { source in
      let connection = try Connection.open(source)
      try connection.execute(Self.jobs)
      let user = try Drydock(on: .v15)
      let first = try user.backup(source).snapshot
      try connection.execute("INSERT INTO jobs VALUES (1000, 'new', 0)")
      let second = try user.backup(source).snapshot
      func verify(_ more: [String]) throws -> Verified {
        try user.run(["verify", "--json"] + more).require(0).result(Verified.self)
      }
      #expect(try verify(["--oldest"]).snapshot == second)
      #expect(try verify(["--oldest"]).snapshot == first)
      #expect(try verify(["--oldest"]).snapshot == second)
      // A sample proves less than everything, so it makes nothing needless.
      let sample = try verify([first, "--sample", "30"])
      #expect(sample.sample == 30 && sample.new)
      #expect(try verify([second, "--max-age", "7d"]).new == false)
      #expect(try verify([second, "--max-age", "7d", "--level", "0"]).new == false)
      #expect(try verify([second, "--max-age", "7d", "--level", "3"]).new)
      let listed = try user.run(["snapshots", "--json"]).require(0).result(Listed.self)
      #expect(listed.snapshots.map { $0.proof?.level } == [2, 3])
      let text = try user.run(["snapshots"]).require(0).output
      #expect(text.contains("level 3, just now"), "\(text)")
    }
  }

  @Test("A snapshot that failed waits until the others had their turn, and health tells of it")
  func failedWaits() throws {
    try withDatabase(on: .v15) { source in
      let connection = try Connection.open(source)
      try connection.execute(
        "CREATE TABLE t AS SELECT i, sha512(i::text::bytea) AS x FROM generate_series(1, 900) i"
      )
      let user = try Drydock(on: .v15)
      let first = try user.backup(source).snapshot
      try user.run(["verify", first]).require(0)
      try user.damagePack()
      try connection.execute("DROP TABLE t; CREATE TABLE u AS SELECT 1 AS a")
      let second = try user.backup(source).snapshot
      try user.run(["verify", "--oldest"]).require(0)
      try user.run(["verify", "--oldest"]).require(4)
      // An older proof is none any more.
      try user.run(["verify", first, "--max-age", "7d"]).require(4)
      let run = try user.run(["verify", "--oldest", "--json"]).require(0)
      #expect(try run.result(Verified.self).snapshot == second)
      let text = try user.run(["snapshots"]).require(0).output
      #expect(text.contains("failed level 2, just now"), "\(text)")
      let health = try user.run(["health"]).require(4)
      #expect(health.output.contains("failed its proof of level 2: public.t"), "\(health)")
      try user.run(["verify", "--oldest"]).require(4)
    }
  }

  @Test("However small a sample is, something of every table is read")
  func smallSample() throws {
    try withDatabase(on: .v15) { source in
      // One stripe, larger than everything else in its pack: the middle of the pack is in it.
      try Connection.open(source).execute(
        "CREATE TABLE t AS SELECT i, sha512(i::text::bytea) AS x FROM generate_series(1, 900) i"
      )
      let user = try Drydock(on: .v15)
      try user.backup(source)
      try user.damagePack()
      for _ in 0..<5 {
        let run = try user.run(["verify", "--sample", "1"])
        #expect(run.code == 4, "\(run)")
        #expect(run.output.contains("public.t"), "\(run)")
      }
    }
  }

  @Test("Other snapshots' damage is found by level 1, and by no proof of this one")
  func damageElsewhere() throws {
    try withDatabase(on: .v15) { source in
      let connection = try Connection.open(source)
      try connection.execute(
        "CREATE TABLE t AS SELECT i, sha512(i::text::bytea) AS x FROM generate_series(1, 900) i"
      )
      let user = try Drydock(on: .v15)
      try user.backup(source)
      try user.damagePack()
      try connection.execute("DROP TABLE t; CREATE TABLE u AS SELECT 1 AS a")
      try user.backup(source)
      try user.run(["verify", "latest"]).require(0)
      let packs = try user.run(["verify", "latest", "--level", "1"])
      #expect(packs.code == 4, "\(packs)")
      #expect(packs.output.contains("packs/"), "\(packs)")
    }
  }

  @Test("A sample is a share at level 2, and --oldest chooses by itself")
  func wrongUse() throws {
    let user = try Drydock(on: .v15)
    for words in [["--sample", "0"], ["--sample", "10", "--level", "3"], ["--oldest", "latest"]] {
      let run = try user.run(["verify"] + words)
      #expect(run.code == 2, "\(run)")
      #expect(run.missingOfError == [], "\(run)")
    }
  }
}
