internal import Catalog
internal import Postgres

/// Finds the changed pages of many tables at once.
///
/// A page counts as changed when its LSN is above the horizon, when it was never initialised (after
/// DELETE, VACUUM's truncation and one bulk COPY, 216 deleted rows rose again; tested), and when the
/// parent had no such page.
struct PageCheck: Sendable {
  /// A table that may be read by its changed pages.
  struct Table: Sendable {
    let oid: Int
    let name: RelationName
    let tablespace: Int
    let fileNode: Int
    /// Pages in the snapshot, read while the table was locked.
    let pages: Int
    /// Pages in the parent.
    let parentPages: Int
  }

  /// What is known of a table.
  enum Answer: Sendable, Equatable {
    /// Only these pages can differ from the parent's.
    case pages(PageSet)
    /// Nobody knows; why.
    case whole(String)
  }

  /// One query's worth of pages, of many small tables or of a part of a large one.
  struct Batch: Sendable {
    /// The tables, by place, and the pages to look at.
    let parts: [(table: Int, pages: Range<Int>)]
  }

  /// Pages in a batch: some 30 ms of the server's time, so that several workers share the work.
  static let batchPages = 16_384

  let tables: [Table]
  let horizon: LSN
  let source: PageSource
  let omitted: Set<Precaution>

  init(tables: [Table], horizon: LSN, source: PageSource, omitted: Set<Precaution> = []) {
    self.tables = tables
    self.horizon = horizon
    self.source = source
    self.omitted = omitted
  }

  /// What must be asked of the server, in any order, on connections that have joined the snapshot.
  ///
  /// Empty where summaries know, and where nobody does.
  var batches: [Batch] {
    guard case .headers = source else { return [] }
    var batches: [Batch] = []
    var parts: [(table: Int, pages: Range<Int>)] = []
    var room = Self.batchPages
    for index in tables.indices {
      var rest = 0..<lookedAt(tables[index])
      while !rest.isEmpty {
        let part = rest.prefix(room)
        parts.append((index, part))
        rest = part.upperBound..<rest.upperBound
        room -= part.count
        guard room == 0 else { continue }
        batches.append(Batch(parts: parts))
        (parts, room) = ([], Self.batchPages)
      }
    }
    if !parts.isEmpty { batches.append(Batch(parts: parts)) }
    return batches
  }

  /// Asks for one batch and returns the changed pages by the table's place.
  func run(_ batch: Batch, on connection: Connection) throws -> [Int: PageSet] {
    guard case .headers(let reader) = source else { return [:] }
    let found = try reader.changed(
      batch.parts.map { (tables[$0.table].oid, $0.pages) },
      above: threshold,
      countsZero: !omitted.contains(.zeroPages),
      on: connection
    )
    return Dictionary(
      found.map { (batch.parts[$0.key].table, $0.value) },
      uniquingKeysWith: { $0.union($1) }
    )
  }

  /// The answer for each table, by oid, once all batches have been asked.
  func answers(_ found: [[Int: PageSet]]) -> [Int: Answer] {
    let byTable = found.reduce(into: [Int: [Range<Int>]]()) { sum, batch in
      for (table, pages) in batch { sum[table, default: []] += pages.ranges }
    }
    var answers: [Int: Answer] = [:]
    for (index, table) in tables.enumerated() {
      answers[table.oid] = bounded(
        known(table, PageSet(ranges: byTable[index] ?? [])),
        to: table
      )
    }
    return answers
  }

  private func known(_ table: Table, _ changed: PageSet) -> Answer {
    switch source {
    case .headers: .pages(changed)
    case .none(let reason): .whole(reason)
    case .summaries(let summary):
      summary.answer(
        .init(tablespace: table.tablespace, fileNode: table.fileNode),
        omitted: omitted
      )
    }
  }

  /// Adds the pages that the parent did not have and drops those that are no more.
  private func bounded(_ answer: Answer, to table: Table) -> Answer {
    guard case .pages(var pages) = answer else { return answer }
    if !omitted.contains(.pagesAboveParent), table.parentPages < table.pages {
      pages = pages.union(PageSet(ranges: [table.parentPages..<table.pages]))
    }
    return .pages(
      omitted.contains(.pagesBelowEnd) ? pages : pages.intersection(0..<table.pages)
    )
  }

  /// How many pages of a table need a look: those that the parent did not have count as changed.
  private func lookedAt(_ table: Table) -> Int {
    omitted.contains(.pagesAboveParent) ? table.pages : min(table.pages, table.parentPages)
  }

  /// The position above which a page counts as changed.
  ///
  /// A record of the log ends at the LSN of its page, so even one record more would be too many.
  private var threshold: LSN {
    omitted.contains(.exactThreshold) ? LSN(position: horizon.position + 1024) : horizon
  }
}
