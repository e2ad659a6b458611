import Arguments
import Problems
import TestSupport
import Testing

@testable import Commands

@Suite("The program")
struct ProgramTests {
  @Test("A result goes to standard output, everything else to standard error")
  func streams() async throws {
    let (status, output, errors) = await (try Sandbox()).run("greet -v")
    #expect(status == .done)
    #expect(output == "Hello.\n")
    #expect(errors == "greeting, 10 B\na note\na detail\nwarning: a warning\n")
  }

  @Test("--quiet leaves results and warnings")
  func quiet() async throws {
    let (status, output, errors) = await (try Sandbox()).run("greet --quiet --ending omissions")
    #expect(status == .omissions)
    #expect(output == "Hello.\n")
    #expect(errors == "warning: a warning\n")
  }

  @Test("--json writes events and the result as lines, and warnings where errors go")
  func json() async throws {
    let (_, output, errors) = await (try Sandbox()).run("greet --json")
    #expect(
      output == """
        {"event":"progress","phase":"greeting","seconds":0.0,"bytes":10}
        {"event":"result"}

        """
    )
    #expect(errors == "{\"event\":\"warning\",\"summary\":\"a warning\"}\n")
  }

  @Test("An error says what, why, with which object, and what next")
  func errors() async throws {
    let sandbox = try Sandbox()
    let (status, _, errors) = await sandbox.run("greet --quiet --ending problem")
    #expect(status == .refused)
    try Golden.check(errors, "error.txt")
    let (_, output, json) = await sandbox.run("greet --json --quiet --ending problem")
    try Golden.check(json, "error.json")
    #expect(output.isEmpty)
  }

  @Test(
    "Every end has its status",
    arguments: [
      ("greet --ending cancelled", Commands.ExitStatus.interrupted),
      ("greet --ending unknown", .failed),
      ("greet --ending never", .usage), ("gret", .usage), ("greet extra", .usage),
      ("--version", .done), ("help greet", .done), ("", .done),
    ]
  )
  func statuses(_ line: String, _ status: Commands.ExitStatus) async throws {
    #expect(await (try Sandbox()).run(line).status == status)
  }

  @Test("Every kind of problem has a status of its own")
  func kinds() {
    let statuses = Problem.Kind.allCases.map { Commands.ExitStatus($0) }
    #expect(statuses.map(\.rawValue) == [1, 2, 3, 4, 5, 6, 8, 130])
  }

  @Test("A command that changes a database wants it named, and its name typed")
  func explicit() async throws {
    let sandbox = try Sandbox()
    sandbox.environment["DRYDOCK_DATABASE"] = "postgresql:///prod"
    let unnamed = await sandbox.run("change")
    #expect(unnamed.status == .usage)
    #expect(unnamed.errors.contains("a command that changes data never uses a default"))

    // What a script's unset variable leaves: libpq would take its default.
    let empty = await sandbox.run("change --database=")
    #expect(empty.status == .usage)
    #expect(empty.errors.contains("An empty word names no database"))
    for address in ["postgresql://db/", "host=db"] {
      let nameless = await sandbox.run("change --database \(address)")
      #expect(nameless.status == .usage)
      #expect(nameless.errors.contains("An address on the command line names no database"))
    }

    let unasked = await sandbox.run("change --database prod")
    #expect(unasked.status == .refused)
    #expect(unasked.errors.contains("next: Give --confirm TOKEN."))

    sandbox.isInteractive = true
    sandbox.answers = ["yes"]
    #expect(await sandbox.run("change --database prod").status == .refused)
    sandbox.answers = ["prod"]
    #expect(await sandbox.run("change --database prod").status == .done)
  }

  @Test(
    "A password on the command line is refused and not repeated",
    arguments: [
      "postgresql://me:s3cret@host/prod", "postgresql://host/prod?password=s3cret",
      "password=s3cret",
    ]
  )
  func passwords(_ address: String) async throws {
    let (status, output, errors) = await (try Sandbox()).run("change --database \(address)")
    #expect(status == .usage)
    #expect(errors.contains("~/.pgpass"))
    #expect(!(output + errors).contains("s3cret"))
  }

  @Test("Help, manual and completions of Drydock itself are in the files")
  func golden() async throws {
    for (line, name) in [
      ("--help", "help.txt"), ("completions --help", "help-completions.txt"),
      ("manual", "drydock.1"), ("completions bash", "completions.bash"),
      ("completions zsh", "completions.zsh"), ("completions fish", "completions.fish"),
      ("tool generate json", "commands.json"),
    ] {
      let world = Surroundings(directory: "/")
      let status = await Program(world: world).run(line.split(separator: " ").map(String.init))
      #expect(status == .done, "\(line)")
      try Golden.check(world.output.captured, name)
    }
  }
}
