import Postgres
import Cluster
import TestSupport
import Testing

@Suite("Jobs of pg_cron")
struct CronTests {
  /// A server that schedules, as production does.
  private func scheduling() throws -> ScratchServer {
    var options = try TestServer.v15.options()
    options.settings["shared_preload_libraries"] = "pg_cron"
    options.settings["cron.database_name"] = "shop"
    return try ScratchServer.start(options)
  }

  @Test(
    "A database with jobs is rehearsed, and nothing is there that would run them",
    .timeLimit(.minutes(5))
  )
  func jobs() async throws {
    let server = try scheduling()
    try Connection.open(server.settings()).execute("CREATE DATABASE shop")
    let database = server.settings(database: "shop")
    let connection = try Connection.open(database)
    try connection.execute("CREATE EXTENSION pg_cron; GRANT pg_monitor TO postgres")
    try connection.execute("SELECT cron.schedule('* * * * *', 'SELECT 1')")
    let scheduler = "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE '%cron%'"
    // It was started before its database was there, and comes back when it is.
    try await Wait.asLongAs(try connection.query(scheduler, []).int == 0)
    let user = try Drydock(on: .v15)
    try user.backup(database)
    try user.write(
      patch: "0001_look.sql",
      """
      DO $$ BEGIN
        RAISE EXCEPTION 'seen: % loaded, % running', current_setting('shared_preload_libraries'),
          (\(scheduler));
      END $$;

      """
    )
    let run = try user.run(["gate", "--database", database.argument])
    #expect(run.output.contains("seen: pg_cron loaded, 0 running"), "\(run)")
    try server.remove()
  }

  @Test(
    "A stop ends the scheduler, which could write behind the mark, and says so",
    .timeLimit(.minutes(5))
  )
  func stop() async throws {
    let server = try scheduling()
    try Connection.open(server.settings()).execute("CREATE DATABASE shop")
    let database = server.settings(database: "shop")
    let connection = try Connection.open(database.database("postgres"))
    try Connection.open(database).execute("CREATE EXTENSION pg_cron")
    let scheduler = "SELECT pid FROM pg_stat_activity WHERE backend_type LIKE '%cron%'"
    try await Wait.asLongAs(try connection.query(scheduler, []).value == nil)
    let before = try connection.query(scheduler, []).value
    let user = try Drydock(on: .v15)
    let run = try user.run(["stop", "--database", database.argument]).require(0)
    #expect((run.output + run.errors).contains("cron"), "\(run)")
    #expect(try connection.query(scheduler, []).value != before)
    try server.remove()
  }
}
