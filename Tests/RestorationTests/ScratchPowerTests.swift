import Postgres
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
}
