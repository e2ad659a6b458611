import Files
import Postgres
import TestSupport
import Testing

@Suite("libpq's own conventions lead to the database")
struct ConventionTests {
  @Test("A service file names it", arguments: TestServer.either())
  func service(server: TestServer) throws {
    try withDatabase(on: server) { database in
      let user = try Drydock(on: server)
      let file = "\(user.directory)/service.conf"
      let words = database.keywords.filter { ["host", "port", "user", "dbname"].contains($0.key) }
      let text = "[shop]\n" + words.map { "\($0.key)=\($0.value)\n" }.sorted().joined()
      try AtomicFile.write(Array(text.utf8), to: file)
      let run = try user.run(["backup", "service=shop", "--json"], ["PGSERVICEFILE": file])
        .require(0)
      #expect(run.output.contains("\"database\":\"\(words["dbname"] ?? "")\""), "\(run)")
    }
  }

  @Test("The variables of libpq name it, and nothing else need be given")
  func variables() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      let words = database.keywords
      let variables = [
        "PGHOST": words["host"] ?? "", "PGPORT": words["port"] ?? "",
        "PGUSER": words["user"] ?? "", "PGDATABASE": words["dbname"] ?? "",
      ]
      let run = try user.run(["backup", "--json"], variables).require(0)
      #expect(run.output.contains("\"database\":\"\(words["dbname"] ?? "")\""), "\(run)")
    }
  }
}
