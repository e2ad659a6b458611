import Catalog
import Foundation
import Postgres
import Snapshot
import TestSupport
import Testing

@testable import Backup

@Suite("Whether a parent may be relied on")
struct TrustTests {
  /// A change of the parent's manifest or of the server's facts, and the rule that it breaks.
  struct Case: Sendable, CustomStringConvertible {
    let description: String
    let precaution: Precaution
    let change: @Sendable (inout Manifest, inout ServerFacts) -> Void

    init(
      _ description: String,
      _ precaution: Precaution,
      _ change: @escaping @Sendable (inout Manifest, inout ServerFacts) -> Void
    ) {
      self.description = description
      self.precaution = precaution
      self.change = change
    }
  }

  static let cases = [
    Case("another cluster", .systemIdentifier) { _, now in now.systemIdentifier += "1" },
    Case("another database oid", .databaseOid) { _, now in now.databaseOid += 1 },
    Case("another timeline", .timeline) { _, now in now.timeline += 1 },
    Case("another minor version", .serverVersion) { _, now in now.version += 1 },
    Case("another reader", .readerVersion) { parent, _ in parent.reader = 0 },
    Case("a reader that nobody noted", .readerVersion) { parent, _ in parent.reader = nil },
    Case("another encoding", .encoding) { _, now in now.encoding = "LATIN1" },
    Case("a log that is behind", .walPosition) { parent, _ in parent.position.lsn = "FFFFFFF/0" },
    Case("a log position that nobody can read", .walPosition) { parent, _ in
      parent.position.lsn = ""
    },
    Case("a standby", .standby) { _, now in now.isStandby = true },
    Case("a restart with fsync off now", .unsafeSettings) { _, now in
      now.isCrashSafe = false
      now.serverStart = "2026-01-01T00:00:00.000000Z"
    },
    Case("a restart with full_page_writes off then", .unsafeSettings) { parent, now in
      parent.server.settings["full_page_writes"] = "off"
      now.serverStart = "2026-01-01T00:00:00.000000Z"
    },
    Case("a row that is gone", .witnessRow) { parent, _ in
      parent.position.witness?.id = "00000000-0000-0000-0000-000000000000"
    },
    Case("a row of another transaction", .witnessTransaction) { parent, _ in
      parent.position.witness?.transaction = "3"
    },
    Case("no witness", .uptime) { parent, _ in parent.position.witness = nil },
    Case("a full read eight days ago", .fullReadDue) { parent, now in
      parent.position.lastFullRead = "2026-01-01T00:00:00.000000Z"
      now.clock = "2026-01-09T00:00:00.000000Z"
    },
    Case("a full read in the future", .fullReadDue) { parent, now in
      parent.position.lastFullRead = "2026-01-09T00:00:00.000000Z"
      now.clock = "2026-01-01T00:00:00.000000Z"
    },
    Case("a full read that nobody noted", .fullReadDue) { parent, _ in
      parent.position.lastFullRead = nil
    },
  ]

  /// A parent as a backup would leave it on this server just now, with its witness.
  private func parent(_ connection: Connection) throws -> Manifest {
    let horizon = try #require(try Horizon.establish(on: connection, wait: 20).lsn)
    let now = try ServerFacts.read(connection)
    guard case .written(let witness) = try Witness.write(on: connection, repository: "r") else {
      throw PostgresError(message: "no witness was written")
    }
    var manifest = Manifest.sample
    manifest.taken = now.clock
    manifest.database.systemIdentifier = now.systemIdentifier
    manifest.database.oid = now.databaseOid
    manifest.database.encoding = now.encoding
    manifest.server.version = now.version
    manifest.server.settings = ["fsync": "on", "full_page_writes": "on"]
    manifest.position = .init(
      lsn: now.insert.description,
      timeline: now.timeline,
      horizon: horizon.description,
      witness: witness,
      serverStart: now.serverStart,
      lastFullRead: now.clock
    )
    return manifest
  }

  /// The facts of the test server as those of a safe one: it runs without fsync for speed.
  private func facts(_ connection: Connection) throws -> ServerFacts {
    var facts = try ServerFacts.read(connection)
    facts.isCrashSafe = true
    return facts
  }

  @Test("Facts are read as the server has them", arguments: TestServer.allCases)
  func facts(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      let facts = try ServerFacts.read(connection)
      #expect(facts.timeline == 1)
      #expect(facts.version / 10_000 == server.rawValue)
      #expect(facts.encoding == "UTF8")
      #expect(!facts.isStandby)
      #expect(!facts.isCrashSafe)
      #expect(facts.insert > .zero)
      #expect(facts.serverStart < facts.clock)
    }
  }

  @Test("A parent on the same server a moment ago may be", arguments: TestServer.allCases)
  func same(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      let parent = try parent(connection)
      let trust = try Trust.judge(
        parent: parent,
        now: facts(connection),
        options: BackupOptions(),
        observer: connection
      )
      #expect(trust == .parent(horizon: try #require(LSN(parent.position.horizon ?? ""))))
    }
  }

  @Test("Without a parent, a whole read has the reason that is given", arguments: [TestServer.v15])
  func withoutParent(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      let trust = try Trust.judge(
        parent: nil,
        otherwise: "nobody took one",
        now: facts(connection),
        options: BackupOptions(),
        observer: connection
      )
      #expect(trust == .whole(reason: "nobody took one", comparesParent: false))
    }
  }

  @Test(
    "Each difference means a whole read; without its rule nobody notices",
    arguments: TestServer.allCases
  )
  func differences(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      let original = try parent(connection)
      for each in Self.cases {
        var (parent, now) = (original, try facts(connection))
        each.change(&parent, &now)
        func judge(_ omitted: Set<Precaution>) throws -> Trust {
          var options = BackupOptions()
          options.omitted = omitted
          return try Trust.judge(parent: parent, now: now, options: options, observer: connection)
        }
        let comparesParent = each.precaution == .fullReadDue
        guard case .whole(_, comparesParent) = try judge([]) else {
          Issue.record("\(each) was not noticed")
          continue
        }
        guard case .parent = try judge([each.precaution]) else {
          Issue.record("\(each) was noticed by another rule")
          continue
        }
      }
    }
  }

  @Test("No parent, or one without a horizon, means a whole read", arguments: TestServer.allCases)
  func nothing(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      var parent = try parent(connection)
      parent.position.horizon = nil
      var options = BackupOptions()
      options.omitted = Set(Precaution.allCases)
      for candidate in [nil, parent] {
        guard
          case .whole(_, false) = try Trust.judge(
            parent: candidate,
            now: facts(connection),
            options: options,
            observer: connection
          )
        else {
          Issue.record("a parent that holds nothing to rely on was relied on")
          continue
        }
      }
    }
  }

  @Test(
    "Without a witness an unbroken uptime counts only when asked",
    arguments: TestServer.allCases
  )
  func uptime(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      var parent = try parent(connection)
      parent.position.witness = nil
      func isRelied(_ trusts: Bool, start: String?) throws -> Bool {
        var options = BackupOptions()
        options.trustsUptime = trusts
        var now = try facts(connection)
        if let start { now.serverStart = start }
        if case .parent = try Trust.judge(
          parent: parent,
          now: now,
          options: options,
          observer: connection
        ) {
          return true
        }
        return false
      }
      #expect(try isRelied(true, start: nil))
      #expect(try !isRelied(true, start: "2026-01-01T00:00:00.000000Z"))
      #expect(try !isRelied(false, start: nil))
    }
  }

  @Test(
    "A full read that was asked for compares the parent; 0 days never ask",
    arguments: TestServer.allCases
  )
  func fullRead(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      var parent = try parent(connection)
      func judge(_ change: (inout BackupOptions) -> Void) throws -> Trust {
        var options = BackupOptions()
        change(&options)
        return try Trust.judge(
          parent: parent,
          now: facts(connection),
          options: options,
          observer: connection
        )
      }
      #expect(
        try judge { $0.isFullRead = true }
          == .whole(reason: "a full read was asked for", comparesParent: true)
      )
      parent.position.lastFullRead = "2020-01-01T00:00:00.000000Z"
      #expect(
        try judge { $0.fullReadEvery = 7 }
          == .whole(reason: "a full read is due", comparesParent: true)
      )
      guard case .parent = try judge({ $0.fullReadEvery = 0 }) else {
        Issue.record("0 days asked for a full read")
        return
      }
    }
  }
}
