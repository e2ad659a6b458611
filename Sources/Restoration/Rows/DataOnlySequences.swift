internal import Catalog
internal import Postgres
internal import Snapshot

/// The snapshot's sequences in a database that may be in use.
///
/// `setval` obeys no transaction. `ALTER SEQUENCE` does: even one that changes nothing gives the
/// sequence a file of its own until COMMIT, which `setval` then writes to, and holds others off. So a
/// sequence that only loaded tables use is held from the beginning. Every other one, which live tables
/// or their applications may use, only goes forward, so that no number is given twice.
struct DataOnlySequences {
  private struct Sequence {
    let wanted: Manifest.Sequence
    let increment: Int
    let cache: Int
    /// Whether this role may alter it.
    let isOwner: Bool
    /// Whether this role may read and set it.
    let isAllowed: Bool
    /// Whether loaded tables use it and no other table does.
    let isExclusive: Bool

    var name: String { SQL.identifier(wanted.schema, wanted.name) }
    /// Whether it is set within the transaction to exactly what the snapshot has.
    var isHeld: Bool { isOwner && isExclusive }
    var holding: String { "ALTER SEQUENCE \(name) CACHE \(cache)" }
    var setting: String {
      "pg_catalog.setval(\(SQL.literal(name)), \(wanted.lastValue), \(wanted.isCalled))"
    }

    /// How far the sequence is beyond the snapshot, in its own direction; numeric, for it may overflow.
    var lead: String {
      """
      (last_value::numeric + CASE WHEN is_called THEN \(increment) ELSE 0 END - (\(wanted.lastValue))
        - \(wanted.isCalled ? "(\(increment))" : "0")) * \(increment.signum())
      """
    }
  }

  private let connection: Connection
  private let sequences: [Sequence]
  /// Chosen sequences that the database does not have.
  private let lacking: [String]

  /// Finds the chosen sequences of a snapshot, and those that feed columns of the chosen tables.
  init(
    of manifest: Manifest,
    _ selection: RestoreSelection,
    in target: DataOnlyTarget
  ) throws {
    connection = target.connection
    let rows = try connection.execute(target.sequenceQuery)
    let present = Dictionary(
      rows.map { (RelationName(schema: $0.string("nspname"), name: $0.string("relname")), $0) },
      uniquingKeysWith: { first, _ in first }
    )
    var (found, lacking): ([Sequence], [String]) = ([], [])
    for wanted in manifest.sequences {
      let isChosen = selection.includes(wanted.schema, wanted.name)
      guard let row = present[RelationName(schema: wanted.schema, name: wanted.name)] else {
        if isChosen { lacking.append("sequence \(wanted.label), which is not there") }
        continue
      }
      guard isChosen || row.bool("feeds") else { continue }
      found.append(
        Sequence(
          wanted: wanted,
          increment: row.int("seqincrement"),
          cache: row.int("seqcache"),
          isOwner: row.bool("is_owner"),
          isAllowed: row.bool("is_allowed"),
          isExclusive: row.bool("is_exclusive")
        )
      )
    }
    sequences = found
    self.lacking = lacking
  }

  /// Makes the transaction's own what only loaded tables use; after their locks.
  func hold() throws {
    try batches(of: sequences.filter(\.isHeld)) { batch in
      try connection.execute(batch.map(\.holding).joined(separator: "; "))
    }
  }

  /// Sets them; the last thing before COMMIT, since one of another owner is set at once.
  ///
  /// Returns those that are not what the snapshot has, and why.
  func set() throws -> [String] {
    try batches(of: sequences.filter(\.isHeld)) { batch in
      try connection.execute("SELECT \(batch.map(\.setting).joined(separator: ", "))")
    }
    return try lacking + sequences.filter { !$0.isHeld }.compactMap { try forward($0) }
  }

  /// Brings a sequence forward; why it is not where the snapshot has it, or nil.
  private func forward(_ sequence: Sequence) throws -> String? {
    guard sequence.isAllowed else {
      return "sequence \(sequence.wanted.label), which this role may not read or set"
    }
    guard try lead(of: sequence) < 0 else { return try ahead(sequence) }
    // Once more under the lock, which only the owner can have.
    if sequence.isOwner { try connection.execute(sequence.holding) }
    try connection.execute(
      "SELECT \(sequence.setting) FROM \(sequence.name) WHERE \(sequence.lead) < 0"
    )
    return try ahead(sequence)
  }

  private func ahead(_ sequence: Sequence) throws -> String? {
    guard try lead(of: sequence) > 0 else { return nil }
    return "sequence \(sequence.wanted.label), which is ahead of the snapshot's"
      + " \(sequence.wanted.lastValue) and may be used by what was not loaded"
  }

  private func lead(of sequence: Sequence) throws -> Int {
    try connection.execute(
      "SELECT pg_catalog.sign(\(sequence.lead))::int FROM \(sequence.name)"
    ).int ?? 0
  }

  private func batches(of all: [Sequence], _ body: ([Sequence]) throws -> Void) rethrows {
    for start in stride(from: 0, to: all.count, by: 500) {
      try body(Array(all[start..<min(start + 500, all.count)]))
    }
  }
}

extension DataOnlyTarget {
  /// Every sequence, with who uses it: whether it feeds a table that is loaded, and that one alone.
  var sequenceQuery: String {
    """
    WITH loaded (relation) AS (SELECT o FROM pg_catalog.unnest(ARRAY[\(oids)]) o),
    used (sequence, relation, feeds) AS (
      SELECT q.seqrelid, d.refobjid, true FROM pg_catalog.pg_sequence q
      JOIN pg_catalog.pg_depend d ON d.objid = q.seqrelid
      WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
        AND d.refclassid = d.classid AND d.deptype IN ('a', 'i')
      UNION ALL SELECT q.seqrelid, a.adrelid, false FROM pg_catalog.pg_sequence q
      JOIN pg_catalog.pg_depend d ON d.refobjid = q.seqrelid
      JOIN pg_catalog.pg_attrdef a ON a.oid = d.objid
      WHERE d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
        AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass),
    leaf AS (
      SELECT u.sequence, u.feeds,
        coalesce(t.relid::pg_catalog.oid, u.relation) IN (SELECT relation FROM loaded) AS is_loaded
      FROM used u LEFT JOIN LATERAL pg_catalog.pg_partition_tree(u.relation) t ON t.isleaf)
    SELECT n.nspname, c.relname, s.seqincrement, s.seqcache,
      pg_catalog.pg_has_role(c.relowner, 'USAGE') AS is_owner,
      pg_catalog.has_sequence_privilege(c.oid, 'SELECT')
        AND pg_catalog.has_sequence_privilege(c.oid, 'UPDATE') AS is_allowed,
      coalesce(pg_catalog.bool_or(l.feeds AND l.is_loaded), false) AS feeds,
      coalesce(pg_catalog.bool_and(l.is_loaded), false) AS is_exclusive
    FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN leaf l ON l.sequence = s.seqrelid
    WHERE c.relpersistence <> 't'
    GROUP BY n.nspname, c.relname, c.oid, c.relowner, s.seqincrement, s.seqcache
    """
  }
}
