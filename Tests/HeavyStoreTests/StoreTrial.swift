import Cryptography
import Files
import Foundation
import Postgres
import Problems
import Repository
import Snapshot
import TestSupport
import Testing

@testable import ObjectStore

/// A database, and a user of the real program whose repository is in a bucket of a real store.
struct StoreTrial {
  /// What `collect --json` ends with.
  struct Collected: Decodable {
    struct Amount: Decodable { let packs: Int }
    let marked: Amount
    let deleted: Amount
  }

  let store: RealStore
  let address: String
  let source: ConnectionSettings
  let user: Drydock
  private let connection: Connection

  /// Prepares both; nothing is in the database yet.
  ///
  /// - Parameters:
  ///   - store: The store.
  ///   - source: An empty database.
  ///   - address: The place in a bucket that is there; a fresh one where it is nil.
  ///   - account: Who signs; the owner where it is nil.
  ///   - proxy: What the program's requests go through.
  /// - Throws: `tests.no-store` where the store is not there.
  init(
    _ store: RealStore,
    _ source: ConnectionSettings,
    at address: String? = nil,
    as account: RealStore.Account? = nil,
    through proxy: FaultProxy? = nil
  ) throws {
    self.store = store
    self.source = source
    self.address = try address ?? store.makeBucket()
    connection = try Connection.open(source)
    let account = account ?? store.owner
    user = try Drydock(
      on: .v15,
      isNew: false,
      [
        "AWS_ACCESS_KEY_ID": account.key, "AWS_SECRET_ACCESS_KEY": account.secret,
        "AWS_ENDPOINT_URL": proxy?.address ?? store.endpoint, "DRYDOCK_REPOSITORY": self.address,
      ]
    )
    let directory = "\(user.directory)/home/.config/drydock"
    try Directory.create(directory)
    // A request that hangs is noticed soon.
    try AtomicFile.write(Array("stall_limit: 2s\n".utf8), to: "\(directory)/drydock.yaml")
  }

  /// Runs SQL in the database.
  func execute(_ script: String) throws { try connection.execute(script) }

  /// Fills the database with some MB, of which a part will be dead later.
  ///
  /// - Parameter rows: Rows of about a kilobyte that no compression makes smaller.
  /// - Throws: What the server says.
  func fill(rows: Int) throws {
    let noise =
      "(SELECT string_agg(sha256((i * 100 + j)::text::bytea), '') FROM generate_series(1, 30) j)"
    try execute(
      """
      CREATE TABLE cargo (id int PRIMARY KEY, crate bytea NOT NULL);
      INSERT INTO cargo SELECT i, \(noise) FROM generate_series(1, \(rows)) i;
      CREATE TABLE ballast AS SELECT -i AS i, \(noise) AS x FROM generate_series(1000001, 1002000) i;
      SELECT lo_from_bytea(70005, 'content');
      """
    )
  }

  /// Runs the program, whose output must not show the store's secret.
  func run(_ words: [String], _ variables: [String: String] = [:]) throws -> Run {
    try user.run(
      words,
      variables,
      secrets: [store.owner.secret, RealStore.Account.stranger.secret]
    )
  }

  /// The name of the newest snapshot.
  func newest() throws -> String {
    struct Listing: Decodable {
      struct Item: Decodable { let snapshot: String }
      let snapshots: [Item]
    }
    let listing = try run(["snapshots", "--json"]).require(0).result(Listing.self)
    return try #require(listing.snapshots.map(\.snapshot).max())
  }

  /// Collects as of two days from now: what is marked is deleted then.
  ///
  /// The command line has no other clock, so this is the same call that it makes, with a store whose
  /// clock has gone on as well.
  func collectLater() throws -> CollectReport {
    let shift: Int64 = 2 * 86_400
    let repository = try Repository.open(
      try LaterStore(store.store(address), shift: shift),
      passphrase: Secret(text: user.passphrase),
      clock: { Date(timeIntervalSinceNow: Double(shift)) }
    )
    return try repository.collect { name, _, visitor in
      try SnapshotContent(opening: name, in: repository).manifest.visitChunks(visitor)
    }
  }

  /// Restores a snapshot, with nothing in the local cache, and expects what the database holds.
  func expectRestores(_ snapshot: String = "latest") throws {
    try withDatabase(on: .v15) { restored in
      let words = ["restore", snapshot, "--into", restored.argument]
      let place = "\(user.directory)/cache-\(UInt32.random(in: 0 ... .max))"
      let run = try run(words, ["XDG_CACHE_HOME": place]).require(0)
      #expect(run.output.contains("every digest equal"), "\(run)")
      #expect(try Self.lines(of: restored) == Self.lines(of: source))
    }
  }

  /// What `pg_dump` says, in order of lines: parallel loading changes the order of rows.
  private static func lines(of database: ConnectionSettings) throws -> [Substring] {
    try Psql.dump(database, server: .v15).split(separator: "\n")
      .filter { !$0.contains("restrict ") }.sorted()
  }
}
