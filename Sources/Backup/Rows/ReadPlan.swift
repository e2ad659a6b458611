internal import Catalog
internal import Snapshot

/// What is to be read, cut into pieces that any worker can take.
///
/// Pieces are ranges of stripes, so that one large table uses all workers, which `pg_dump -j`
/// cannot. The tables with most to read come first, so that no worker ends long after the others.
/// Stripes of which nothing has changed are in no piece.
struct ReadPlan: Sendable {
  /// One COPY statement's worth: some stripes that lie in one segment of the table's list.
  struct Piece: Sendable {
    /// Index into the plan's tables.
    let table: Int
    /// The pages that the piece spans.
    let pages: Range<Int>
    /// The stripes to write, by their numbers in the table, ascending.
    let stripes: [Int]
    /// Pages whose rows come from the server; rows of other pages come from the parent's stripes.
    let changed: PageSet
  }

  /// How a table is read.
  enum Way: Sendable {
    /// Every page. Where pages are named, all others must be as the parent claims.
    case whole(reason: String, changedPages: PageSet? = nil)
    /// These pages only; the rest is the parent's.
    case changed(PageSet, source: String)
  }

  /// A table with its size.
  struct Table: Sendable {
    let relation: Relation
    let pages: Int
    let way: Way
    /// The same table in the parent snapshot, if it was there in stripes of the same size.
    let parent: Manifest.Table?
    let stripePages: Int

    init(relation: Relation, pages: Int, way: Way, parent: Manifest.Table? = nil) {
      self.relation = relation
      self.pages = pages
      self.way = way
      let ownSize = ReadPlan.stripePages(tablePages: pages)
      if case .changed = way, let parent {
        // The size of stripes changes only together with a whole read.
        stripePages = parent.stripePages
        self.parent = parent
      } else {
        stripePages = ownSize
        self.parent = relation.isHeap && parent?.stripePages == ownSize ? parent : nil
      }
    }

    /// Whether rows of the parent stay where they are.
    var keepsRows: Bool {
      if case .changed = way { return true }
      return false
    }

    /// The stripes before anything was read: the parent's, where its rows are kept.
    var startingStripes: StripeList {
      guard keepsRows, let parent else { return StripeList() }
      var list = StripeList(
        segments: parent.segments,
        count: (parent.pages + stripePages - 1) / stripePages
      )
      list.resize(to: (pages + stripePages - 1) / stripePages)
      return list
    }
  }

  let tables: [Table]
  /// What is read, the tables with most to read first.
  let pieces: [Piece]
  /// Pages that are read from the server.
  let pagesToRead: Int

  private static let smallestStripe = 16
  private static let largestStripe = 128
  /// Divides the stripes of a segment, so that a piece needs one segment of the parent only.
  private static let stripesInPiece = 64

  init(tables: [Table]) {
    self.tables = tables
    pieces = tables.indices
      .map { Self.pieces(of: tables[$0], at: $0) }
      .sorted { Self.pagesToRead($0) > Self.pagesToRead($1) }
      .flatMap { $0 }
    pagesToRead = Self.pagesToRead(pieces)
  }

  private static func pagesToRead(_ pieces: [Piece]) -> Int {
    pieces.reduce(0) { $0 + $1.changed.count }
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
    let all = PageSet(ranges: table.pages > 0 ? [0..<table.pages] : [])
    guard table.relation.isHeap else {
      return [Piece(table: index, pages: 0..<table.pages, stripes: [], changed: all)]
    }
    guard case .changed(let changed, _) = table.way else {
      return pieces(of: table, at: index, changed: all)
    }
    return pieces(of: table, at: index, changed: changed)
  }

  private static func pieces(of table: Table, at index: Int, changed: PageSet) -> [Piece] {
    let size = table.stripePages
    let step = size * stripesInPiece
    return stride(from: 0, to: table.pages, by: step).compactMap { start in
      let pages = start..<min(start + step, table.pages)
      let changed = changed.intersection(pages)
      var stripes = changed.ranges.reduce(into: [Int]()) { stripes, range in
        let first = range.lowerBound / size
        for stripe in first...((range.upperBound - 1) / size) where stripe != stripes.last {
          stripes.append(stripe)
        }
      }
      if let cut = cutStripe(of: table), pages.contains(cut * size), stripes.last != cut {
        stripes.append(cut)
      }
      return stripes.isEmpty
        ? nil : Piece(table: index, pages: pages, stripes: stripes, changed: changed)
    }
  }

  /// The last stripe, where the table has lost pages in the middle of it.
  ///
  /// Its rows on those pages must go, though no page of it may have changed.
  private static func cutStripe(of table: Table) -> Int? {
    guard case .changed = table.way, let parent = table.parent, table.pages < parent.pages,
      table.pages % table.stripePages != 0
    else { return nil }
    return table.pages / table.stripePages
  }
}
