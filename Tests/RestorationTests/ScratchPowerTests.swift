import Postgres
import Snapshot
import TestSupport
import Testing

@testable import Restoration

@Suite("A superuser on a server that serves others is kept from a snapshot's code")
struct ScratchPowerTests {
  @Test("Nobody's schema comes before the server's own, whatever the database says")
  func searchPath() throws {
    try withDatabase(on: .v15) { settings in
      let owner = try Connection.open(settings)
      let database = try owner.query("SELECT current_database()", []).value ?? ""
      try owner.execute(
        "ALTER DATABASE \(SQL.identifier(database)) SET search_path = evil, pg_catalog"
      )
      let path = "SELECT current_setting('search_path')"
      #expect(try Connection.open(settings).query(path, []).value == "evil, pg_catalog")
      let given = settings.with("options", "-c work_mem=8MB")
      let sheltered = try Connection.open(ScratchPower.sheltered(given))
      #expect(try sheltered.query(path, []).value == "pg_catalog,pg_temp")
      #expect(try sheltered.query("SHOW work_mem", []).value == "8MB")
    }
  }

  @Test(
    "What a role of production wrote into its own search_path is data on the scratch",
    arguments: TestServer.either()
  )
  func settings(server: TestServer) async throws {
    try await withOwnServer(server, [:]) { own in
      try own.sql("CREATE ROLE poor LOGIN")
      try own.sql("CREATE DATABASE shop OWNER poor")
      let shop = own.settings.database("shop")
      // The server parts such a list at commas and blanks, and takes everything else for a name.
      let attack = "sales,a;ALTER/**/ROLE/**/poor/**/SUPERUSER"
      let poor = try Connection.open(shop.with("user", "poor"))
      try poor.execute("SELECT set_config('search_path', '\(attack)', false)")
      try poor.execute("ALTER ROLE poor IN DATABASE shop SET search_path FROM CURRENT")
      var database = try LiveShape.read(try Connection.open(shop)).database
      #expect(database.settings.map(\.value) == [attack])
      try own.sql("CREATE DATABASE copy")
      database.name = "copy"
      try database.applySettings(try Connection.open(own.settings))
      #expect(try !own.sql("SELECT rolsuper FROM pg_roles WHERE rolname = 'poor'").bool)
      let there = try Connection.open(own.settings.database("copy").with("user", "poor"))
      #expect(
        try there.execute("SHOW search_path").value
          == #"sales, "a;ALTER/**/ROLE/**/poor/**/SUPERUSER""#
      )
    }
  }
}
