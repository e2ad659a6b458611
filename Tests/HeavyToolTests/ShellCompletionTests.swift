import Foundation
import Postgres
import Processes
import TestSupport
import Testing

@Suite("The Z shell and fish complete what only the repository knows")
struct ShellCompletionTests {
  private func withSnapshots(
    _ body: (_ user: Drydock, _ id: String) throws -> Void
  ) throws {
    try withDatabase(on: .v15) { source in
      let user = try Drydock(on: .v15)
      let connection = try Connection.open(source)
      try connection.execute("CREATE TABLE orders AS SELECT 1 AS id")
      let old = try user.backup(source, ["--tag", "git=1a2b3c4d"])
      try connection.execute("CREATE SCHEMA sales; CREATE TABLE sales.visits AS SELECT 1 AS id")
      try user.backup(source)
      try body(user, String(old.snapshot.suffix(8)))
    }
  }

  @Test("In the Z shell")
  func zsh() throws {
    try withSnapshots { user, id in
      let shell = try CompletingShell("zsh", user)
      func check(_ line: String, _ words: String...) throws {
        #expect(try shell.complete(line) == ["drydock"] + words, "\(line)")
      }
      try check("drydock sho", "show")
      try check("drydock show lat", "show", "latest")
      try check("drydock show \(id.prefix(7))", "show", id)
      try check("drydock show git=1a", "show", "git=1a2b3c4d")
      try check(
        "drydock restore latest --table sal",
        "restore",
        "latest",
        "--table",
        "sales.visits"
      )
      try check("drydock restore \(id) --table pub", "restore", id, "--table", "public.orders")
      try check("drydock key rem", "key", "remove")
      try check("drydock backup --tag gi", "backup", "--tag", "git=1a2b3c4d")
      try shell.end()
    }
  }

  @Test("In fish, with what there is to say of each word")
  func fish() throws {
    try withSnapshots { (user, id) throws in
      func words(_ line: String) throws -> [String] {
        let invocation = user.invocation([])
        let programs = URL(fileURLWithPath: Drydock.program).deletingLastPathComponent().path
        var environment = invocation.environment
        environment["PATH"] = "\(programs):\(environment["PATH"] ?? "")"
        let script = "drydock completions fish | source; complete -C '\(line)'"
        return try Invocation("fish", ["--no-config", "-c", script], environment: environment)
          .run().checked().text.split(separator: "\n").map(String.init)
      }
      #expect(try words("drydock show lat") == ["latest\tthe newest"])
      #expect(try words("drydock show \(id)").map { $0.prefix(8) } == [id[...]])
      #expect(try words("drydock show gi").first?.hasPrefix("git=1a2b3c4d\t") == true)
      let table = try words("drydock restore latest --table sal")
      #expect(table.map { $0.prefix { $0 != "\t" } } == ["sales.visits"])
      #expect(try words("drydock restore \(id) --table sales.") == [])
      #expect(
        try words("drydock restore \(id) --schema=") == ["--schema=public\tOnly this schema."]
      )
      #expect(try words("drydock backup --checkpoint fo").first?.hasPrefix("force\t") == true)
    }
  }

  @Test("Their scripts, and Bash's, are sound in the eyes of the shells themselves")
  func sound() throws {
    let user = try Drydock(on: .v15, isNew: false)
    for shell in ["bash", "zsh", "fish"] {
      let script = try user.run(["completions", shell]).require(0).output
      let file = "\(user.directory)/completions.\(shell)"
      try script.write(toFile: file, atomically: true, encoding: .utf8)
      try Invocation(shell, ["-n", file]).run().checked()
    }
  }
}
