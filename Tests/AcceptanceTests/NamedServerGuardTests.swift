import Postgres
import TestSupport
import Testing

@Suite(
  "A named scratch server that does not fit is refused, and nothing is changed there",
  .serialized
)
struct NamedServerGuardTests {
  private func expectRefused(
    _ shop: NamedServerShop,
    _ words: [String],
    code: Int32 = 3,
    on address: ConnectionSettings? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let run = try shop.rehearse(on: address ?? shop.server.address())
    #expect(run.code == code, "\(run)", sourceLocation: sourceLocation)
    for word in words {
      #expect(run.errors.contains(word), "\(word): \(run)", sourceLocation: sourceLocation)
    }
    #expect(run.missingOfError == [], "\(run)", sourceLocation: sourceLocation)
  }

  @Test("Names that are taken there are refused, with what to do")
  func taken() throws {
    let server = try RehearsalServer(on: .v15)
    try withDatabase(on: .v15) { database in
      let shop = try NamedServerShop(database, on: .v15, server)
      let other = try Connection.open(server.address())
      let name = SQL.identifier(shop.name)
      try other.execute("CREATE DATABASE \(name)")
      try expectRefused(shop, ["has a database \(shop.name) already", "Rename or drop"])
      try other.execute("DROP DATABASE \(name)")
      try other.execute("CREATE ROLE \(shop.role)")
      try expectRefused(shop, ["roles of production exist", shop.role, "Rename or drop"])
      try other.execute("DROP ROLE \(shop.role)")
      // Whoever connects bears the name of production's superuser.
      try other.execute("CREATE ROLE postgres LOGIN PASSWORD 'never-shown'")
      let namesake = server.address().with("user", "postgres")
      try expectRefused(shop, ["role postgres is no superuser"], on: namesake)
      try other.execute("ALTER ROLE postgres SUPERUSER")
      try expectRefused(shop, ["role: postgres", "initdb --username=drydock"], on: namesake)
      try other.execute("DROP ROLE postgres")
      #expect(try server.inventory() == shop.before)
      try shop.run("rehearse").require(0)
      try shop.tidy()
    }
  }

  @Test("Production's own cluster is never the scratch server, whatever its address")
  func production() throws {
    let server = try RehearsalServer(on: .v15)
    try withDatabase(on: .v15) { database in
      let shop = try NamedServerShop(database, on: .v15, server)
      try expectRefused(
        shop,
        ["the cluster that the snapshot was taken from"],
        on: database.database("postgres")
      )
      let several = ConnectionSettings(keywords: ["host": "/tmp,/var/tmp", "user": "rehearser"])
      try expectRefused(shop, ["named by several hosts"], code: 2, on: several)
      try shop.tidy()
    }
  }

  @Test("Another major, too many locks, too little log and jobs of its own are refused")
  func unlike() throws {
    try withDatabase(on: .v15) { database in
      let newer = try RehearsalServer(on: .v18)
      let shop = try NamedServerShop(database, on: .v15, newer)
      try expectRefused(shop, ["PostgreSQL 18, production is 15"])
      let unlike = [
        (["max_locks_per_transaction": "512"], "a patch that locks too much would pass"),
        (["wal_level": "minimal", "max_wal_senders": "0"], "wal_level = minimal"),
        (["cron.database_name": shop.name], "runs jobs by itself"),
      ]
      for (settings, words) in unlike {
        let server = try RehearsalServer(on: .v15, settings)
        let before = try server.inventory()
        try expectRefused(shop, [words], on: server.address())
        #expect(try server.inventory() == before)
      }
      // What cannot be set for one database and only makes a rehearsal stricter is told.
      let poor = try RehearsalServer(
        on: .v15,
        ["max_locks_per_transaction": "32", "autovacuum": "on"]
      )
      let run = try shop.rehearse(on: poor.address()).require(0)
      #expect(run.errors.contains("max_locks_per_transaction = 32, production 256"), "\(run)")
      #expect(run.errors.contains("autovacuum runs on the scratch server"), "\(run)")
      try shop.tidy()
    }
  }

  @Test("doctor looks at a configured one, and warns")
  func doctor() throws {
    let server = try RehearsalServer(on: .v18)
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      func doctor(_ address: String) throws -> Run {
        try user.run(
          ["doctor", "--database", database.argument],
          ["DRYDOCK_SCRATCH_SERVER": address]
        )
      }
      let other = try doctor(server.address().argument)
      #expect(other.output.contains("nobody keeps what runs there apart"), "\(other)")
      #expect(other.output.contains("PostgreSQL 18, but the database is 15"), "\(other)")
      let own = try doctor(database.argument)
      #expect(own.output.contains("the cluster that the snapshot was taken from"), "\(own)")
      try Connection.open(server.address()).execute("CREATE ROLE poor LOGIN PASSWORD 'never-shown'")
      let poor = try doctor(
        server.address().with("user", "poor").argument + " password=never-shown"
      )
      #expect(poor.output.contains("role poor is no superuser"), "\(poor)")
      let gone = try doctor("host=/nowhere user=x")
      #expect(gone.output.contains("cannot connect to x@/nowhere"), "\(gone)")
    }
  }
}
