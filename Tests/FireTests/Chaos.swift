import Foundation
import Postgres
import TestSupport

/// One who vacuums, alters, drains and crashes, whatever the others do.
struct Chaos {
  private let server: FireServer
  private let settings: ConnectionSettings
  private let hasCrashes: Bool
  private var dice: SeededGenerator
  /// Makes names that never come again: an enum renamed to and fro would look unchanged.
  private var names: Int

  init(_ server: FireServer, _ settings: ConnectionSettings, seed: UInt64, hasCrashes: Bool) {
    self.server = server
    self.settings = settings
    self.hasCrashes = hasCrashes
    dice = SeededGenerator(seed: seed)
    names = Int(seed % 1000) * 100_000
  }

  /// Acts every now and then, as long as the flame burns.
  mutating func work(while flame: Flame) throws {
    try flame.keepWorking(settings) { connection in
      Thread.sleep(forTimeInterval: Double.random(in: 0..<0.8, using: &dice))
      try act(connection)
    }
  }

  /// Acts once, when nobody holds a snapshot for a backup.
  mutating func interlude() throws {
    do {
      try act(try Connection.open(settings))
    } catch let error as PostgresError where Unrest.explains(error) {
      return
    }
  }

  private mutating func act(_ connection: Connection) throws {
    try connection.execute("SET lock_timeout = '300ms'")
    let action: ChaosAction = dice.pick()
    switch action {
    case .killOneSession, .crash, .restart:
      if hasCrashes { try strike(action) }
    case .drainQueue: try drainQueue(connection)
    case .endOrphans: try endOrphans(connection)
    case .replaceColumn, .swapColumns, .makeAnew:
      for statement in sequence(of: action) { try connection.execute(statement) }
    default: try connection.execute(statement(of: action))
    }
  }

  private func strike(_ action: ChaosAction) throws {
    switch action {
    case .killOneSession: try server.killOneSession()
    case .crash: try server.crash()
    default: try server.restart()
    }
  }

  private mutating func newName() -> String {
    names += 1
    return "x\(names)"
  }

  private mutating func statement(of action: ChaosAction) -> String {
    let table: LoadTable = dice.pick()
    switch action {
    case .vacuum: return "VACUUM \(table.rawValue)"
    case .freeze: return "VACUUM (FREEZE) \(table.rawValue)"
    case .rewrite: return "VACUUM (FULL) \(table.rawValue)"
    case .cluster: return "CLUSTER \(table.rawValue) USING \(table.index)"
    case .truncate:
      return "TRUNCATE rooms; \(LoadTable.rooms.insertion(of: 1...dice.number(1...800)))"
    case .moveTablespace:
      return "ALTER TABLE jobs SET TABLESPACE \(dice.happens(0.5) ? "attic" : "pg_default")"
    case .reindex: return "REINDEX TABLE \(table.rawValue)"
    case .addColumn:
      return "ALTER TABLE rooms ADD \(newName()) int DEFAULT \(dice.number(1...1_000_000))"
    case .retypeColumn:
      return "ALTER TABLE rooms ALTER n SET DATA TYPE \(dice.happens(0.5) ? "bigint" : "int")"
    case .renameLabel: return renaming
    case .addLabel: return "ALTER TYPE mood ADD VALUE '\(newName())'"
    case .addAttribute: return "ALTER TYPE place ADD ATTRIBUTE \(newName()) int"
    case .switchLog: return "SELECT pg_switch_wal()"
    default: return "CHECKPOINT"
    }
  }

  /// Statements of one transaction.
  private mutating func sequence(of action: ChaosAction) -> [String] {
    let table: LoadTable = dice.happens(0.5) ? .rooms : .guests
    let value = dice.number(1...1_000_000)
    let statements: [String] =
      switch action {
      case .replaceColumn:
        ["ALTER TABLE rooms DROP a", "ALTER TABLE rooms ADD a int DEFAULT \(value)"]
      case .swapColumns:
        [
          "ALTER TABLE rooms RENAME a TO c", "ALTER TABLE rooms RENAME b TO a",
          "ALTER TABLE rooms RENAME c TO b",
        ]
      default: [table.removal, table.setUp]
      }
    return ["BEGIN"] + statements + ["COMMIT"]
  }

  /// Gives one label of the enum, whichever it is now, a name that it never had.
  private var renaming: String {
    mutating get {
      let label = newName()
      return """
        DO $$ BEGIN EXECUTE format('ALTER TYPE mood RENAME VALUE %L TO %L',
          (enum_range(NULL::mood))[1], '\(label)'); END $$
        """
    }
  }

  /// Empties the end of the queue, gives its pages back, and fills it in bulk: pages that are
  /// extended ahead stay without an LSN until a row comes.
  private mutating func drainQueue(_ connection: Connection) throws {
    let pages = "(\(dice.number(0...60)),0)"
    try connection.execute("DELETE FROM jobs WHERE ctid > '\(pages)'")
    try connection.execute("VACUUM jobs")
    let count = [300, 700, 1500, 2500].randomElement(using: &dice) ?? 300
    try connection.copyJobs(count, from: dice.number(1...3000))
  }

  /// Prepared transactions whose session died.
  private func endOrphans(_ connection: Connection) throws {
    let orphans = try connection.execute(
      "SELECT gid FROM pg_prepared_xacts WHERE prepared < clock_timestamp() - interval '1 s'"
    )
    for orphan in orphans {
      try connection.execute("ROLLBACK PREPARED \(SQL.literal(orphan.string("gid")))")
    }
  }
}
