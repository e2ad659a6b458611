import Foundation
import Postgres
import TestSupport

/// What a writer does inside a transaction.
enum WriterAction: Weighted {
  case update
  case insert
  case delete
  case lockRows
  case keepSavepoint
  case undoSavepoint
  case rewriteLetter
  case copyInBulk
  case linger

  var weight: Int {
    switch self {
    case .update: 50
    case .insert: 12
    case .delete: 12
    case .lockRows, .keepSavepoint, .undoSavepoint: 6
    case .rewriteLetter: 4
    case .copyInBulk: 1
    case .linger: 3
    }
  }
}

/// How a writer's transaction ends.
enum WriterEnding: Weighted {
  case commit
  case rollBack
  case prepare

  var weight: Int {
    switch self {
    case .commit: 84
    case .rollBack: 12
    case .prepare: 4
    }
  }
}

/// A session that changes rows: short and long transactions, kept, undone and prepared ones.
struct Writer {
  let number: Int
  let settings: ConnectionSettings
  private var dice: SeededGenerator
  private var transactions = 0

  init(_ number: Int, _ settings: ConnectionSettings, seed: UInt64) {
    self.number = number
    self.settings = settings
    dice = SeededGenerator(seed: seed &+ UInt64(number) &* 1_000_003)
  }

  /// Writes as long as the flame burns.
  mutating func work(while flame: Flame) throws {
    try flame.keepWorking(settings) { try transaction($0) }
  }

  private mutating func transaction(_ connection: Connection) throws {
    transactions += 1
    let isLazy = dice.happens(0.7)
    try connection.execute(
      "BEGIN; SET LOCAL lock_timeout = '500ms'; "
        + "SET LOCAL synchronous_commit = \(isLazy ? "off" : "on")"
    )
    linger(0.02)
    for _ in 0..<([1, 1, 2, 5, 20].randomElement(using: &dice) ?? 1) { try act(connection) }
    try end(connection)
  }

  private mutating func act(_ connection: Connection) throws {
    let table: LoadTable = dice.pick()
    let id = dice.warmID(of: table)
    let update = "UPDATE \(table.rawValue) SET n = n + 1 WHERE id = \(id)"
    switch dice.pick(WriterAction.self) {
    case .update: try connection.execute(update)
    case .insert: try connection.execute(table.insertion(of: id...id))
    case .delete: try connection.execute("DELETE FROM \(table.rawValue) WHERE id = \(id)")
    case .lockRows:
      try connection.execute("SELECT FROM \(table.rawValue) WHERE id = \(id) FOR UPDATE")
    case .keepSavepoint: try connection.execute("SAVEPOINT s; \(update); RELEASE SAVEPOINT s")
    case .undoSavepoint: try connection.execute("SAVEPOINT s; \(update); ROLLBACK TO SAVEPOINT s")
    case .rewriteLetter: try rewriteLetter(connection)
    case .copyInBulk: try connection.copyJobs(dice.number(20...400), from: transactions)
    case .linger: linger(0.15)
    }
  }

  /// A value of 3 to 30 kB: out of line, sometimes of a kind that compression makes small.
  private mutating func rewriteLetter(_ connection: Connection) throws {
    let blocks = dice.number(100...900)
    let text =
      dice.happens(0.8)
      ? LoadTable.letter(salt: "\(dice.number(0...1_000_000))", blocks: blocks)
      : "repeat('again and again ', \(blocks * 2))"
    let id = dice.warmID(of: .letters)
    try connection.execute("UPDATE letters SET pad = \(text) WHERE id = \(id)")
  }

  private mutating func end(_ connection: Connection) throws {
    switch dice.pick(WriterEnding.self) {
    case .commit: try connection.execute("COMMIT")
    case .rollBack: try connection.execute("ROLLBACK")
    case .prepare:
      let name = "'\(number)-\(transactions)'"
      try connection.execute("PREPARE TRANSACTION \(name)")
      linger(0.4)
      try connection.execute("\(dice.happens(0.8) ? "COMMIT" : "ROLLBACK") PREPARED \(name)")
    }
  }

  private mutating func linger(_ longest: Double) {
    Thread.sleep(forTimeInterval: Double.random(in: 0..<longest, using: &dice))
  }
}

extension SeededGenerator {
  /// An id of a table, low ones far more often: pages that rest are what a backup may pass over.
  fileprivate mutating func warmID(of table: LoadTable) -> Int {
    let warmth = Double.random(in: 0..<1, using: &self)
    return 1 + Int(warmth * warmth * warmth * warmth * Double(table.size * 5 / 4))
  }
}

extension Connection {
  /// Adds rows to the queue with one COPY.
  func copyJobs(_ count: Int, from first: Int) throws {
    let pad = String(repeating: "y", count: 300)
    let rows = (first..<first + count).map { "\($0 % 3000)\t0\t\(pad)\n" }.joined()
    try copyIn("COPY jobs (id, n, pad) FROM STDIN") { try $0.write(Array(rows.utf8)) }
  }
}
