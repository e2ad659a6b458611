internal import Bytes
public import Postgres

extension SchemaFingerprint {
  /// Reads the fingerprint of the connection's database, as its session sees it now.
  ///
  /// Inside a transaction it sees what the transaction did so far, which is how a patch's change set
  /// is taken before its COMMIT. The session's settings are as before when this returns or throws:
  /// the fixed ones hold until a savepoint, or a transaction of its own, is rolled back. Some forty
  /// queries, each over a whole catalog; any role may run them. PostgreSQL 15 and later.
  public static func read(_ connection: Connection) throws(PostgresError) -> SchemaFingerprint {
    let isInside = connection.isInTransaction
    try connection.execute(
      isInside
        ? "SAVEPOINT drydock_fingerprint"
        : "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
    )
    let texts: [SchemaObject: String]
    do {
      texts = try readTexts(connection)
    } catch {
      // The first error is the one to report; after a lost connection there is nothing to end.
      _ = try? connection.execute(ending(isInside))
      throw error
    }
    try connection.execute(ending(isInside))
    return SchemaFingerprint(texts: texts)
  }

  private static func ending(_ isInside: Bool) -> String {
    isInside
      ? "ROLLBACK TO SAVEPOINT drydock_fingerprint; RELEASE SAVEPOINT drydock_fingerprint"
      : "ROLLBACK"
  }

  private static func readTexts(
    _ connection: Connection
  ) throws(PostgresError) -> [SchemaObject: String] {
    try connection.execute(fixedSettings)
    let oids = try connection.execute(FingerprintQuery.repeatingPartitions).map { $0.string("oid") }
    let repeating = Parameter.text("{\(oids.joined(separator: ","))}")
    var texts: [SchemaObject: String] = [:]
    for query in FingerprintQuery.all {
      let found = try read(query, connection, [repeating])
      texts.merge(found) { one, other in one.isExactly(other) ? one : "\(one)\n\(other)" }
    }
    return texts
  }

  private static func read(
    _ query: FingerprintQuery,
    _ connection: Connection,
    _ parameters: [Parameter]
  ) throws(PostgresError) -> [SchemaObject: String] {
    let usesPartitions = query.sql.contains("$1")
    let rows = try connection.query(query.sql, usesPartitions ? parameters : [])
    var texts: [SchemaObject: String] = [:]
    for row in rows {
      let object = SchemaObject(query.part, row.string("kind"), row.string("name"))
      texts[object] = row.string("text")
    }
    return texts
  }

  /// Settings under which the server's own descriptions are the same in every session.
  ///
  /// Every name outside pg_catalog is written with its schema. `pg_temp` comes last, because a
  /// session's temporary table would otherwise hide a catalog of the same name (CVE-2007-2138).
  /// With `work_mem` for its sorts, reading writes no temporary files that a rehearsal would count.
  private static let fixedSettings = """
    SET LOCAL search_path = pg_catalog, pg_temp;
    SET LOCAL quote_all_identifiers = off;
    SET LOCAL DateStyle = ISO;
    SET LOCAL IntervalStyle = postgres;
    SET LOCAL TimeZone = 'UTC';
    SET LOCAL extra_float_digits = 3;
    SET LOCAL bytea_output = hex;
    SET LOCAL lc_monetary = 'C';
    SET LOCAL xmloption = content;
    SET LOCAL standard_conforming_strings = on;
    SET LOCAL jit = off;
    SET LOCAL work_mem = '64MB';
    SET LOCAL max_parallel_workers_per_gather = 0
    """
}
