/// The tables of the load, small enough to be read whole in every round.
///
/// Each has an `id` and a counter `n`, so that a writer can touch any of them with the same
/// statements. No key is unique: writers shall collide on rows, not on constraints.
enum LoadTable: String, Weighted, Sendable {
  /// Rows with room beside them, so that updates stay on the page (HOT).
  case accounts
  /// A queue: drained from its end, filled in bulk.
  case jobs
  /// The table whose columns change.
  case rooms
  /// Enums, arrays of enums and composites, whose types change.
  case guests
  /// Values of 3 to 30 kB, out of line.
  case letters
  /// Unlogged, so empty after a crash.
  case notes

  var weight: Int {
    switch self {
    case .accounts: 8
    case .jobs: 4
    case .rooms: 2
    case .guests: 2
    case .letters: 1
    case .notes: 1
    }
  }

  /// How many rows it has at first; ids go a little beyond.
  var size: Int {
    switch self {
    case .accounts: 4000
    case .jobs: 2500
    case .rooms: 800
    case .guests: 600
    case .letters: 60
    case .notes: 200
    }
  }

  /// Makes it, with its types.
  var creation: String {
    switch self {
    case .accounts: "CREATE TABLE accounts (id int, n int, pad text) WITH (fillfactor = 80)"
    case .jobs: "CREATE TABLE jobs (id int, n int, pad text)"
    case .rooms: "CREATE TABLE rooms (id int, n int, pad text, a int DEFAULT 1, b int DEFAULT 2)"
    case .guests:
      """
      CREATE TYPE mood AS ENUM ('m1', 'm2', 'm3');
      CREATE TYPE place AS (street text, number int);
      CREATE TABLE guests (id int, n int, pad text, mood mood, moods mood[], place place)
      """
    case .letters:
      "CREATE TABLE letters (id int, n int, pad text); "
        + "ALTER TABLE letters ALTER pad SET STORAGE EXTERNAL"
    case .notes: "CREATE UNLOGGED TABLE notes (id int, n int, pad text)"
    }
  }

  /// Takes it away, with its types.
  var removal: String {
    self == .guests ? "DROP TABLE guests; DROP TYPE mood, place" : "DROP TABLE \(rawValue)"
  }

  /// Makes it, indexes it and fills it.
  var setUp: String {
    "\(creation); CREATE INDEX \(index) ON \(rawValue) (id); \(insertion(of: 1...size))"
  }

  /// The name of its index.
  var index: String { "\(rawValue)_id" }

  /// Inserts a row for every id.
  func insertion(of ids: ClosedRange<Int>) -> String {
    let numbers = "generate_series(\(ids.lowerBound), \(ids.upperBound)) g"
    switch self {
    case .guests:
      return """
        INSERT INTO guests SELECT g, 0, 'guest', r.all[1 + g % cardinality(r.all)], r.all[1:2],
          jsonb_populate_record(NULL::place, jsonb_build_object('street', 'road ' || g, 'number', g))
        FROM \(numbers), (SELECT enum_range(NULL::mood) AS all) r
        """
    case .letters:
      return
        "INSERT INTO letters SELECT g, 0, \(Self.letter(salt: "g", blocks: 150)) FROM \(numbers)"
    case .accounts, .jobs, .rooms, .notes:
      let pad = self == .jobs ? "repeat('x', 300)" : "repeat(md5(g::text), 1 + g % 8)"
      return "INSERT INTO \(rawValue) (id, n, pad) SELECT g, 0, \(pad) FROM \(numbers)"
    }
  }

  /// An expression for text that hardly compresses, of 32 bytes a block.
  static func letter(salt: String, blocks: Int) -> String {
    "(SELECT string_agg(md5((\(salt))::text || k), '') FROM generate_series(1, \(blocks)) k)"
  }
}
