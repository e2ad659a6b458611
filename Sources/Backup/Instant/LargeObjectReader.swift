internal import Bytes
internal import Postgres
internal import Repository
internal import Snapshot

/// Reads large objects through SQL (`lo_get`), never through libpq's `lo_*` calls (CVE-2026-6477).
struct LargeObjectReader {
  let connection: Connection
  let store: ([UInt8], ChunkKind) throws -> ChunkID

  /// Reads all of them; returns the chunks that list them, and how many there are.
  func read() throws -> (lists: [ChunkID], count: Int) {
    let rows = try connection.execute(Self.query)
    let labels = rows.isEmpty ? [:] : try labels()
    var lists: [ChunkID] = []
    for start in stride(from: 0, to: rows.count, by: LargeObjectList.capacity) {
      let batch = rows[start..<Swift.min(start + LargeObjectList.capacity, rows.count)]
      let items = try batch.map { try item($0, labels) }
      lists.append(try store(try LargeObjectList(items: items).encoded(), .list))
    }
    return (lists, rows.count)
  }

  private func item(
    _ row: Rows.Row,
    _ labels: [Int: [LargeObjectList.Label]]
  ) throws -> LargeObjectList.Item {
    let oid = row.int("oid")
    var chunks: [ChunkID] = []
    var size = 0
    while true {
      let piece = try connection.bytes(
        "SELECT pg_catalog.lo_get($1::pg_catalog.oid, $2::bigint, $3::integer)",
        [Parameter(oid), Parameter(size), Parameter(Pieces.size)]
      )
      guard let piece, !piece.isEmpty else { break }
      chunks.append(try store(piece, .data))
      size += piece.count
      if piece.count < Pieces.size { break }
    }
    return LargeObjectList.Item(
      oid: oid,
      owner: row.string("owner"),
      grants: try grants(oid),
      ownerLacks: row["owner_lacks"]?.split(separator: " ").map(String.init),
      comment: row["comment"],
      labels: labels[oid],
      size: size,
      chunks: chunks
    )
  }

  private func labels() throws -> [Int: [LargeObjectList.Label]] {
    var found: [Int: [LargeObjectList.Label]] = [:]
    for row in try connection.execute(Self.labelQuery) {
      found[row.int("objoid"), default: []]
        .append(.init(provider: row.string("provider"), text: row.string("label")))
    }
    return found
  }

  private func grants(_ oid: Int) throws -> [LargeObjectList.Grant] {
    try connection.query(Self.grantQuery, [Parameter(oid)]).map { row in
      LargeObjectList.Grant(
        role: row["role"],
        privilege: row.string("privilege_type"),
        isGrantable: row.bool("is_grantable"),
        grantor: row["grantor"]
      )
    }
  }

  private static let query = """
    SELECT m.oid, pg_catalog.pg_get_userbyid(m.lomowner) AS owner,
      pg_catalog.obj_description(m.oid, 'pg_largeobject') AS comment,
      (SELECT pg_catalog.string_agg(p.name, ' ' ORDER BY p.name)
        FROM (VALUES ('SELECT'), ('UPDATE')) p(name)
        WHERE m.lomacl IS NOT NULL AND NOT EXISTS (
          SELECT FROM pg_catalog.aclexplode(m.lomacl) a
          WHERE a.grantee = m.lomowner AND a.privilege_type = p.name)) AS owner_lacks
    FROM pg_catalog.pg_largeobject_metadata m ORDER BY m.oid
    """

  /// Few servers have a provider, so this is asked once and not for each object.
  private static let labelQuery = """
    SELECT objoid, provider, label FROM pg_catalog.pg_seclabel
    WHERE classoid = 'pg_catalog.pg_largeobject'::pg_catalog.regclass ORDER BY objoid, provider
    """

  /// Nobody grants on before he was granted, so the order of the list is one that can be repeated.
  private static let grantQuery = """
    SELECT CASE WHEN a.grantee <> 0 THEN pg_catalog.pg_get_userbyid(a.grantee) END AS role,
      CASE WHEN a.grantor <> m.lomowner THEN pg_catalog.pg_get_userbyid(a.grantor) END AS grantor,
      a.privilege_type, a.is_grantable
    FROM pg_catalog.pg_largeobject_metadata m
    CROSS JOIN LATERAL pg_catalog.aclexplode(m.lomacl) WITH ORDINALITY
      a(grantor, grantee, privilege_type, is_grantable, place)
    WHERE m.oid = $1::pg_catalog.oid AND a.grantee <> m.lomowner
    ORDER BY a.place
    """
}
