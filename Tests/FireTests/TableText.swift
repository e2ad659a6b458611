import Bytes
import Digests
import Postgres
import Problems
import Repository
import Snapshot

/// A table's rows as text, page by page: as a snapshot claims them, or as they truly are.
struct TableText: Sendable, Equatable {
  /// The text of the rows that lie on a page, newlines included; pages without rows are left out.
  var pages: [Int: [UInt8]] = [:]
  /// How many rows.
  var rows = 0
  /// The sum of their digests.
  var digest = DigestSum()

  /// What the repository would restore.
  init(of table: Manifest.Table, in content: SnapshotContent, _ reader: ChunkReader) throws {
    for (place, stripe) in try content.stripes(of: table, reader).enumerated() {
      let bytes = try stripe.chunks.flatMap { try reader.read($0) }
      let starts = try Self.offsets(in: bytes, text: stripe.bytes)
      for (page, start) in starts.enumerated() {
        let end = page + 1 < starts.count ? starts[page + 1] : stripe.bytes
        if start < end { pages[place * table.stripePages + page] = Array(bytes[start..<end]) }
      }
      rows += stripe.rows
      digest.add(stripe.digest)
    }
  }

  /// The offset of each page's first row, from the trailer behind the text.
  private static func offsets(in bytes: [UInt8], text length: Int) throws -> [Int] {
    var trailer = ByteReader(Array(bytes.dropFirst(length)))
    let count = (trailer.remaining - 4) / 8
    let offsets = (0..<max(0, count)).compactMap { _ in trailer.next(UInt64.self).map { Int($0) } }
    guard trailer.next(UInt32.self).map({ Int($0) }) == offsets.count, trailer.remaining == 0,
      offsets == offsets.sorted()
    else { throw Problem(code: "tests.trailer", "a stripe's trailer contradicts its text") }
    return offsets
  }

  /// What the server says, read whole on a connection that shares the snapshot.
  init(reading table: String, columns: [String], seed: UInt64, on connection: Connection) throws {
    let list = (["ctid"] + columns.map { SQL.identifier($0) }).joined(separator: ", ")
    let hasher = RowHasher(seed: seed)
    var (pages, digest) = (self.pages, self.digest)
    rows = try connection.copyOut("COPY (SELECT \(list) FROM ONLY \(table)) TO STDOUT") { row in
      let place = row.firstIndex(of: UInt8(ascii: "\t"), from: 0) ?? row.count - 1
      let text = row.extracting(min(place + 1, row.count)..<row.count)
      pages[Self.block(of: row), default: []].append(text)
      digest.add(hasher.digest(of: text.extracting(0..<text.count - 1)))
    }
    (self.pages, self.digest) = (pages, digest)
  }

  /// The page of a row that begins with `(page,line)`.
  private static func block(of row: Span<UInt8>) -> Int {
    var block = 0
    var position = 1
    while row[position] != UInt8(ascii: ",") {
      block = block * 10 + Int(row[position] - UInt8(ascii: "0"))
      position += 1
    }
    return block
  }
}
