import Foundation
import Postgres
import Processes
import TestSupport
import Testing

@Suite("Bash completes what only the repository knows")
struct BashCompletionTests {
  @Test("Ids, tags, tables of the snapshot that the line names, choices, options and files")
  func words() throws {
    try withDatabase(on: .v15) { source in
      let user = try Drydock(on: .v15)
      let connection = try Connection.open(source)
      try connection.execute("CREATE TABLE orders AS SELECT 1 AS id")
      let old = try user.backup(source, ["--tag", "git=1a2b3c4d"])
      try connection.execute("CREATE SCHEMA sales; CREATE TABLE sales.visits AS SELECT 1 AS id")
      let new = try user.backup(source)
      let shell = try CompletingShell("bash", user)
      func check(_ line: String, _ words: String...) throws {
        let found = try shell.complete(line)
        #expect(found == ["drydock"] + words, "\(line)")
      }
      let id = String(old.snapshot.suffix(8))
      let name = try #require(source.keywords["dbname"])
      try check("drydock sho", "show")
      try check("drydock show lat", "show", "latest")
      try check("drydock show \(id.prefix(7))", "show", id)
      try check("drydock show \(new.snapshot.dropLast(2))", "show", new.snapshot)
      try check("drydock show git=1a", "show", "git=1a2b3c4d")
      try check("drydock backup --tag gi", "backup", "--tag", "git=1a2b3c4d")
      try check("drydock backup --checkpoint fo", "backup", "--checkpoint", "force")
      try check(
        "drydock restore latest --table sal",
        "restore",
        "latest",
        "--table",
        "sales.visits"
      )
      try check("drydock restore latest --schema=sa", "restore", "latest", "--schema=sales")
      // That snapshot has no such table.
      try check("drydock restore \(id) --table sal", "restore", id, "--table", "sal")
      try check("drydock restore \(id) --table pub", "restore", id, "--table", "public.orders")
      try check("drydock init --example=la", "init", "--example=laptop")
      try check(
        "drydock snapshots --of \(name.dropLast())",
        "snapshots",
        "--of",
        name
      )
      try check("drydock show latest:\(name.dropLast())", "show", "latest:\(name)")
      try shell.end()
    }
  }

  @Test("The repository that the line names counts, and a key that is not there is not asked for")
  func line() throws {
    try withDatabase(on: .v15) { source in
      let user = try Drydock(on: .v15)
      try Connection.open(source).execute("CREATE TABLE orders AS SELECT 1 AS id")
      try user.backup(source, ["--tag", "git=1a2b3c4d"])
      let nothing = ["DRYDOCK_PASSPHRASE": "", "DRYDOCK_REPOSITORY": ""]
      let shell = try CompletingShell("bash", user, nothing)
      // No id begins so, and tags cannot be read: the line stays, and no question stands in it.
      #expect(
        try shell.complete("drydock show --repository repository gi")
          == ["drydock", "show", "--repository", "repository", "gi"]
      )
      #expect(
        try shell.complete("drydock show --repository=repository la")
          == ["drydock", "show", "--repository=repository", "latest"]
      )
      try shell.run("echo '\(user.passphrase)' > key; chmod 600 key")
      #expect(
        try shell.complete("drydock show --repository repository --passphrase-file=key gi").last
          == "git=1a2b3c4d"
      )
      try shell.end()
    }
  }

  @Test("The program answers within a second, whatever the store does, and says nothing of it")
  func bounded() throws {
    let service = try FakeS3 { request, _ in
      request.method == "GET" && request.target.contains("snapshots") ? .silence : .none
    }
    let user = try Drydock(on: .v15, isNew: false, service.environment)
    try user.run(["init"]).require(0)
    let run = try user.run(["tool", "complete", "--", "show", ""], timeLimit: .seconds(20))
    #expect(run.code == 0 && run.errors.isEmpty && run.output == "latest\tthe newest\n", "\(run)")
  }
}
