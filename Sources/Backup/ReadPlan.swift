internal import Catalog

/// What is to be read, cut into pieces that any worker can take.
///
/// Pieces are ranges of stripes, so that one large table uses all workers, which `pg_dump -j`
/// cannot. The largest tables come first, so that no worker ends long after the others.
struct ReadPlan: Sendable {
  /// One COPY statement's worth.
  struct Piece: Sendable {
    /// Index into the plan's tables.
    let table: Int
    /// Which piece of the table, from 0.
    let number: Int
    /// The pages.
    let pages: Range<Int>
  }

  /// A table with its size.
  struct Table: Sendable {
    let relation: Relation
    let pages: Int
    let stripePages: Int
  }

  let tables: [Table]
  let pieces: [Piece]

  private static let smallestStripe = 16
  private static let largestStripe = 128
  private static let stripesInPiece = 64

  init(relations: [Relation], pages: [Int: Int]) {
    let tables = relations.filter(\.hasRows).map { relation in
      let count = pages[relation.oid] ?? 0
      return Table(
        relation: relation,
        pages: count,
        stripePages: Self.stripePages(tablePages: count)
      )
    }
    self.tables = tables
    pieces = tables.indices.sorted { tables[$0].pages > tables[$1].pages }
      .flatMap { Self.pieces(of: tables[$0], at: $0) }
  }

  /// 16 pages up to 16 GiB of heap, then doubling with the table up to 128: about a million
  /// stripes in a terabyte.
  static func stripePages(tablePages: Int) -> Int {
    var pages = smallestStripe
    while pages < largestStripe && tablePages > (16 << 30) / 8192 * (pages / smallestStripe) {
      pages *= 2
    }
    return pages
  }

  private static func pieces(of table: Table, at index: Int) -> [Piece] {
    guard table.relation.isHeap else {
      return [Piece(table: index, number: 0, pages: 0..<table.pages)]
    }
    let step = table.stripePages * stripesInPiece
    return stride(from: 0, to: table.pages, by: step).enumerated().map { number, start in
      Piece(table: index, number: number, pages: start..<min(start + step, table.pages))
    }
  }
}
