import Postgres
import Problems
import Snapshot
import TestSupport
import Testing

@testable import Restoration

@Suite("What a named server says of itself")
struct NamedServerFactsTests {
  private func facts(
    major: Int = 15,
    isSuperuser: Bool = true,
    isStandby: Bool = false,
    system: String = "1",
    walLevel: String = "replica",
    locks: Int = 64
  ) -> NamedServerFacts {
    NamedServerFacts(
      version: "\(major).1",
      major: major,
      role: "dba",
      isSuperuser: isSuperuser,
      isStandby: isStandby,
      systemIdentifier: system,
      walLevel: walLevel,
      locksPerTransaction: locks,
      autovacuum: false,
      jobDatabases: []
    )
  }

  @Test("A standby, a poor role and too little log make it unfit; a common server is fit")
  func fitness() {
    #expect(facts().unfitness == nil)
    #expect(facts(walLevel: "logical").unfitness == nil)
    #expect(facts(isStandby: true).unfitness?.code == "scratch.standby")
    #expect(facts(isSuperuser: false).unfitness?.code == "scratch.not-superuser")
    #expect(facts(walLevel: "minimal").unfitness?.code == "scratch.wal-level")
  }

  @Test("Production's cluster is told as what it is, before anything else is asked of it")
  func production() throws {
    let standby = facts(isSuperuser: false, isStandby: true, system: "7")
    #expect(throws: Problem.self) { try standby.requireOther(than: "7") }
    try standby.requireOther(than: "8")
  }

  @Test("Fewer locks than production are told, as many are not")
  func locks() {
    let production = Manifest.Server(
      version: 150_001,
      settings: ["max_locks_per_transaction": "64"],
      extensions: [:]
    )
    #expect(facts().remarks(besides: production) == [])
    #expect(facts(locks: 63).remarks(besides: production).count == 1)
    #expect(facts(locks: 63).remarks() == [])
  }

  @Test("A session's words are read as they are", arguments: TestServer.either())
  func reading(server: TestServer) throws {
    try withDatabase(on: server) { database in
      let found = try NamedServerFacts.read(try Connection.open(database))
      #expect(found.major == server.rawValue)
      #expect(found.isSuperuser && !found.isStandby && !found.autovacuum)
      #expect(found.walLevel == "replica" && found.locksPerTransaction == 256)
      #expect(found.jobDatabases == [])
    }
  }
}
