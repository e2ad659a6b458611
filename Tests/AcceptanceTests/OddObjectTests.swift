import Cluster
import Postgres
import TestSupport
import Testing

@Suite("Odd objects")
struct OddObjectTests {
  /// From one version to the same or a later one.
  struct Way: Sendable, CustomStringConvertible {
    let source: TestServer
    let target: TestServer
    var description: String { "from \(source) to \(target)" }

    /// From one version to another, or to the same.
    init(from source: TestServer, to target: TestServer? = nil) {
      self.source = source
      self.target = target ?? source
    }

    static let all = [Way(from: .v15), Way(from: .v18), Way(from: .v15, to: .v18)]
  }

  @Test("Every kind of object comes back as psql would have made it", arguments: Way.all)
  func everyKind(way: Way) throws {
    try withDatabase(on: way.source) { source in
      try OddObjects.load(into: source, on: way.source)
      let user = try Drydock(on: way.source)
      try user.backup(source)
      try expectUpgrade(of: source, way, with: user) { copy, reference in
        try OddObjects.prepare(copy, on: way.target)
      } after: {
        try OddObjects.dropSubscriptions($0, $1)
      }
      try OddObjects.dropSubscriptions(source)
    }
  }

  /// Attaching indexes of partitions beside other work ended in deadlocks before.
  @Test("Indexes on many levels of partitions are attached without a deadlock")
  func manyAttachments() throws {
    try withDatabase(on: .v15) { source in
      try Connection.open(source).execute(Self.levels)
      let user = try Drydock(on: .v15)
      try user.backup(source)
      for _ in 0..<3 {
        try withDatabase(on: .v15) { copy in
          let run = try user.restore(into: copy, ["--jobs", "4"])
          #expect(run.output.contains("every digest equal"), "\(run)")
        }
      }
    }
  }

  /// An index on which a table is clustered, beside one by which it is replicated, did so too.
  @Test("Indexes that are followed by more locks are built without a deadlock")
  func contendedIndexes() throws {
    try withDatabase(on: .v15) { source in
      try Connection.open(source).execute(Self.contended)
      let user = try Drydock(on: .v15)
      try user.backup(source)
      for _ in 0..<2 {
        try withDatabase(on: .v15) { copy in
          let run = try user.restore(into: copy, ["--jobs", "4"])
          #expect(run.output.contains("every digest equal"), "\(run)")
        }
      }
    }
  }

  private static let contended = """
    DO $$ DECLARE i int; BEGIN
      FOR i IN 1..20 LOOP
        EXECUTE format('CREATE TABLE pair_%s (a int NOT NULL, b int)', i);
        EXECUTE format('INSERT INTO pair_%s SELECT n, n FROM generate_series(1, 3000) n', i);
        EXECUTE format('CREATE UNIQUE INDEX ON pair_%s (a)', i);
        EXECUTE format('ALTER TABLE pair_%s REPLICA IDENTITY USING INDEX pair_%s_a_idx', i, i);
        EXECUTE format('CREATE INDEX ON pair_%s (b)', i);
        EXECUTE format('ALTER TABLE pair_%s CLUSTER ON pair_%s_b_idx', i, i);
      END LOOP;
    END $$;
    """

  private static let levels = """
    CREATE TABLE top (a int, b int, c int) PARTITION BY LIST (a);
    DO $$ DECLARE i int; j int; BEGIN
      FOR i IN 1..6 LOOP
        EXECUTE format('CREATE TABLE top_%s PARTITION OF top FOR VALUES IN (%s)
          PARTITION BY LIST (b)', i, i);
        FOR j IN 1..6 LOOP
          EXECUTE format('CREATE TABLE top_%s_%s PARTITION OF top_%s FOR VALUES IN (%s)', i, j, i, j);
        END LOOP;
      END LOOP;
    END $$;
    CREATE INDEX ON top (b); CREATE INDEX ON top (c); CREATE UNIQUE INDEX ON top (a, b, c);
    ALTER TABLE top ADD PRIMARY KEY (a, b, c);
    CREATE TABLE note (a int, b int, c int, FOREIGN KEY (a, b, c) REFERENCES top);
    """

  @Test(
    "A database with every kind of object is proven at level 3, queried and rehearsed",
    arguments: TestServer.either()
  )
  func scratch(server: TestServer) throws {
    try withDatabase(on: server) { source in
      try OddObjects.load(into: source, on: server)
      let user = try Drydock(on: server)
      try user.backup(source)
      try user.run(["verify", "--level", "3"]).require(0)
      let answer = try user.run([
        "query", "latest", "SELECT count(*) AS n FROM odd.parent", "--csv",
      ])
      #expect(answer.output.contains("2"), "\(answer)")
      try user.write(
        patch: "0001_more.sql",
        "CREATE TABLE odd.more (a int) TABLESPACE odd_space;\n"
      )
      try user.run(["gate", "--database", source.argument]).require(0)
      try OddObjects.dropSubscriptions(source)
    }
  }
}

/// Restores the newest snapshot of a source into a server of the same or a later version, and
/// expects what psql would have made of the source's dump there.
func expectUpgrade(
  of source: ConnectionSettings,
  _ way: OddObjectTests.Way,
  with user: Drydock,
  before: (ConnectionSettings, ConnectionSettings) throws -> Void = { _, _ in },
  after: (ConnectionSettings, ConnectionSettings) throws -> Void = { _, _ in },
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  try withDatabase(on: way.target) { copy in
    try withDatabase(on: way.target) { reference in
      try before(copy, reference)
      let programs = try way.target.options().binaries ?? ""
      let name = "latest:\(source.keywords["dbname"] ?? "")"
      let run = try user.run(
        ["restore", name, "--into", copy.argument],
        ["DRYDOCK_BINARIES": programs]
      ).require(0)
      #expect(run.output.contains("every digest equal"), "\(run)", sourceLocation: sourceLocation)
      let copies = Copies(on: way.target, in: user.directory)
      try copies.copyWithPsql(source, of: way.source, to: reference)
      try copies.expectEqual(copy, reference, sourceLocation: sourceLocation)
      try after(copy, reference)
    }
  }
}
