/// What befalls tables, types and the server as a whole.
enum ChaosAction: Weighted {
  // Pages move or lose their rows.
  case vacuum
  case freeze
  case rewrite
  case cluster
  case truncate
  case drainQueue
  case moveTablespace
  case reindex

  // A definition changes: with a rewrite, or without one page touched.
  case addColumn
  case replaceColumn
  case swapColumns
  case retypeColumn
  case makeAnew
  case renameLabel
  case addLabel
  case addAttribute

  // The log and the server.
  case checkpoint
  case switchLog
  case endOrphans
  case killOneSession
  case crash
  case restart

  var weight: Int {
    switch self {
    case .drainQueue, .vacuum: 10
    case .checkpoint, .endOrphans: 8
    case .freeze, .rewrite, .cluster, .truncate: 4
    case .addColumn, .replaceColumn, .swapColumns, .retypeColumn: 3
    case .renameLabel, .addLabel, .addAttribute, .switchLog, .reindex: 2
    case .moveTablespace, .makeAnew, .killOneSession: 2
    case .crash, .restart: 1
    }
  }
}
