/// The ways of replacing that the fault matrix knows; a new one needs a case and its target.
enum ReplacedWay: String, CaseIterable, Sendable, CustomStringConvertible {
  /// A schema, in one transaction.
  case transaction
  /// A schema, built beside the live one.
  case beside
  /// A schema, in one transaction, of which no old copy is kept.
  case transactionDrop
  /// A schema, built beside the live one, of which no old copy is kept.
  case besideDrop
  /// A whole database.
  case database

  var description: String { rawValue }

  /// Whether the old copy is dropped, not kept.
  var isDropping: Bool { self == .transactionDrop || self == .besideDrop }

  /// Those with an old copy that an undo swaps back.
  static var undone: [ReplacedWay] { allCases.filter { !$0.isDropping } }

  /// What the log of a replacement must hold, or it is not the log of one.
  var landmarks: [String] {
    switch self {
    case .transaction, .beside: ["COMMIT", "ALTER SCHEMA", "store before put: restores/"]
    case .transactionDrop, .besideDrop:
      ["COMMIT", "ALTER SCHEMA", "DROP SCHEMA", "store before put: snapshots/"]
    case .database:
      // The session that renames, the one that ends the others, and the program that defines.
      ["COMMIT", "RENAME TO", "DO $$ DECLARE", "CREATE DATABASE", "program before: pg_restore"]
    }
  }

  /// A fresh one.
  func target() throws -> any ReplacedTarget {
    switch self {
    case .transaction: try ReplacedSchema(["--way", "transaction"])
    case .beside: try ReplacedSchema(["--way", "beside"])
    case .transactionDrop: try ReplacedSchema(["--way", "transaction", "--drop"])
    case .besideDrop: try ReplacedSchema(["--way", "beside", "--drop"])
    case .database: try ReplacedDatabase()
    }
  }
}
