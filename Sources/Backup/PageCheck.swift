internal import Catalog
internal import Postgres

/// Finds the changed pages of many tables at once.
struct PageCheck: Sendable {
  /// A table that may be read by its changed pages.
  struct Table: Sendable {
    let oid: Int
    let name: RelationName
    let tablespace: Int
    let fileNode: Int
    /// Pages in the snapshot.
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

  /// What can be asked one by one, in any order, on any connection that has joined the snapshot.
  var batches: [Batch] { [] }

  /// Asks for one batch; nothing is read from the server where summaries know.
  func run(_ batch: Batch, on connection: Connection) throws -> [Int: Answer] { [:] }

  /// Joins the answers to all batches into one for each table, by oid.
  func merge(_ answers: [[Int: Answer]]) -> [Int: Answer] { [:] }
}
