import Dispatch
import Foundation
import Postgres
import Processes
import TestSupport
import Testing

@Suite("At a terminal")
struct TerminalTests {
  /// A backup that hangs in its upload, so that its progress stands on the terminal.
  ///
  /// - Parameters:
  ///   - variables: More of its environment.
  ///   - body: Gets the person in front of it, once the upload has begun.
  /// - Throws: What the body throws, and what keeps the scene from being set.
  private func hanging(
    _ variables: [String: String] = ["TERM": "xterm"],
    _ body: (PersonAtTerminal) throws -> Void
  ) throws {
    let arrived = DispatchSemaphore(value: 0)
    let service = try FakeS3 { request, _ in
      guard request.method == "PUT", request.target.contains("/packs/") else { return .none }
      arrived.signal()
      return .silence
    }
    try withDatabase(on: .v15) { source in
      let user = try Drydock(on: .v15, isNew: false, service.environment)
      try user.run(["init"]).require(0)
      try Connection.open(source).execute("CREATE TABLE t AS SELECT generate_series(1, 100) AS i")
      let person = try PersonAtTerminal(
        user,
        ["backup", source.argument],
        hasTerminal: true,
        variables
      )
      arrived.wait()
      try body(person)
      try person.type("\u{3}")
      #expect(try person.end() == 130, "\(person.screen)")
    }
  }

  @Test("Ctrl-C wipes the line of progress, says one sentence, and ends with 130")
  func interrupted() throws {
    var seen: PersonAtTerminal?
    try hanging { person in
      try person.wait(for: "\r\u{1B}[K")
      seen = person
    }
    let screen = try #require(seen?.screen)
    // What stands there at the end is what follows the last wiping of the line.
    let end = screen.components(separatedBy: "\r\u{1B}[K").last ?? ""
    let words = end.replacing(/\u{1B}\[[0-9;]*m/, with: "").replacing("^C", with: "")
    #expect(
      words.trimmingCharacters(in: .whitespacesAndNewlines)
        == "drydock: Stopped cleanly, as asked"
    )
  }

  @Test("The line of progress fits the window, also after the window became narrower")
  func resized() throws {
    try hanging { person in
      let terminal = try #require(try Self.terminal(below: person.pid))
      try Self.resize(terminal, to: 100)
      try person.wait(for: "\r\u{1B}[K")
      try Self.resize(terminal, to: 9)
      // Eight columns and no more: the last is left free, or the terminal would begin another line.
      try person.wait(until: "a line of eight columns") {
        let last = person.screen.split(separator: /\r(\u{1B}\[[0-9]+A)?\u{1B}\[[KJ]/).last ?? ""
        return last.hasSuffix("…") && last.count == 8
      }
    }
  }

  @Test("A dumb terminal gets whole lines; nobody gets colours who refuses them")
  func plain() throws {
    try hanging(["TERM": "dumb"]) { person in
      try person.wait(for: "\n")
      #expect(!person.screen.contains("\u{1B}"))
    }
    let user = try Drydock(on: .v15, isNew: false)
    for (variables, isColoured) in [
      (["TERM": "xterm"], true), (["TERM": "xterm", "NO_COLOR": "1"], false),
      (["TERM": "dumb", "CLICOLOR_FORCE": "1"], false),
    ] {
      let person = try PersonAtTerminal(user, ["snapshots"], hasTerminal: true, variables)
      #expect(try person.end() == 1)
      #expect(person.screen.contains("\u{1B}[31m") == isColoured, "\(variables) \(person.screen)")
    }
    let piped = try user.run(["snapshots"], ["TERM": "xterm", "CLICOLOR_FORCE": "1"])
    #expect(piped.code == 1 && !piped.errors.contains("\u{1B}"))
  }

  @Test("What is typed as a passphrase stays invisible; Ctrl-C at the question ends with 130")
  func prompt() throws {
    let user = try Drydock(on: .v15)
    let nothing = ["DRYDOCK_PASSPHRASE": ""]
    let person = try PersonAtTerminal(user, ["snapshots"], hasTerminal: true, nothing)
    try person.wait(for: "Passphrase: ")
    try person.type("\(user.passphrase)\n")
    #expect(try person.end() == 0, "\(person.screen)")
    #expect(person.screen.contains("No snapshots yet"))
    #expect(!person.screen.contains(user.passphrase))

    let other = try PersonAtTerminal(
      user,
      line: "trap : INT; '\(Drydock.program)' snapshots; echo ended $?; stty -a",
      nothing
    )
    try other.wait(for: "Passphrase: ")
    try other.type("half of \u{3}")
    #expect(try other.end() == 0)
    #expect(other.screen.contains("ended 130"), "\(other.screen)")
    #expect(!other.screen.contains("half of"))
    // The terminal shows again what is typed.
    #expect(other.screen.contains(" echo ") && !other.screen.contains("-echo "))
  }

  @Test("init asks at a terminal, and Ctrl-C in the middle leaves nothing behind")
  func setup() throws {
    let user = try Drydock(on: .v15, isNew: false)
    let nothing = [
      "DRYDOCK_PASSPHRASE": "", "DRYDOCK_REPOSITORY": "",
      "XDG_CONFIG_HOME": "\(user.directory)/home/.config",
    ]
    let person = try PersonAtTerminal(user, ["init", "--unencrypted"], hasTerminal: true, nothing)
    // Root would be asked to set up this machine, which may have a configuration.
    guard FileManager.default.fileExists(atPath: "/etc/drydock/drydock.yaml") == false else {
      #expect(try person.end() == 2)
      return
    }
    try person.wait(for: "What is this?")
    try person.type("laptop\n")
    try person.wait(for: "Where shall snapshots go")
    try person.type("\(user.directory)/there\n")
    try person.wait(for: "Which database")
    try person.type("\u{3}")
    #expect(try person.end() == 130, "\(person.screen)")
    #expect(person.screen.contains("Stopped cleanly"))
    #expect(!FileManager.default.fileExists(atPath: "\(user.directory)/there"))
  }

  /// The terminal of the program that `script` runs, such as `/dev/pts/3`.
  private static func terminal(below pid: Int32) throws -> String? {
    let children = try String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)
    guard let child = children.split(separator: " ").first else { return nil }
    return try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(child)/fd/2")
  }

  private static func resize(_ terminal: String, to columns: Int) throws {
    try Invocation("stty", ["-F", terminal, "cols", "\(columns)"]).run().checked()
  }
}
