import Postgres
import TestSupport
import Testing

@Suite("Round trips through the program")
struct RealRoundTripTests {
  @Test(
    "A real database comes back as psql would have loaded it, every digest equal",
    arguments: RealDatabase.cases
  )
  func realDatabase(sample: RealDatabase.Case) throws {
    try withDatabase(on: sample.server) { source in
      guard try sample.database.load(into: source, on: sample.server) else { return }
      let user = try Drydock(on: sample.server)
      try user.backup(source)
      try expectUpgrade(of: source, .init(from: sample.server), with: user) {
        for database in [$0, $1] { try sample.database.prepare(database, on: sample.server) }
      }
      let again = try user.backup(source)
      #expect(again.newChunks <= 3, "a second snapshot stored \(again.newChunks) chunks")
    }
  }

  @Test("What dumps write in other words comes back too", arguments: TestServer.allCases)
  func nativeTexts(server: TestServer) throws {
    try withDatabase(on: server) { source in
      try Connection.open(source).execute(Self.native)
      let user = try Drydock(on: server)
      try user.backup(source)
      try expectRoundTrip(of: source, on: server, with: user)
    }
  }

  /// Texts that the server keeps in one way and reads back from a dump in another.
  private static let native = """
    CREATE TABLE parcel (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      state varchar(10) NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'sent', 'lost')),
      code char(3) CHECK (code IN ('abc', 'xyz')),
      day date DEFAULT 'today'::text::date,
      weight numeric(8, 2) DEFAULT '1.50'::text::numeric CHECK (weight BETWEEN 0 AND 99),
      label text DEFAULT ('x'::varchar || 1),
      flags int[] DEFAULT '{1,2}'::int[]
    );
    CREATE INDEX parcel_lost ON parcel (day) WHERE state = 'lost' OR state IN ('new', 'sent');
    CREATE UNIQUE INDEX parcel_lower ON parcel (lower(label), (weight + 1)) WHERE code IS NOT NULL;
    CREATE VIEW sent AS SELECT * FROM parcel WHERE state IN ('sent') AND weight BETWEEN 1 AND 2;
    CREATE RULE no_lost AS ON DELETE TO parcel WHERE OLD.state IN ('lost') DO INSTEAD NOTHING;
    INSERT INTO parcel (state, code, label)
      SELECT (ARRAY['new', 'sent', 'lost'])[1 + i % 3], (ARRAY['abc', NULL, 'xyz'])[1 + i % 3],
        'label ' || i FROM generate_series(1, 500) i;
    """
}
