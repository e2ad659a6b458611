import Arguments
import Foundation

@testable import Commands

/// A directory of its own, with a checkout, a home and a place for the machine's configuration.
final class Sandbox {
  let root: URL
  var environment: [String: String] = [:]
  var answers: [String] = []
  var isInteractive = false

  init() throws {
    root = FileManager.default.temporaryDirectory
      .appendingPathComponent("drydock-commands-\(UUID().uuidString)")
    for name in ["checkout", "home/.config/drydock", "etc"] {
      try FileManager.default.createDirectory(
        at: root.appendingPathComponent(name),
        withIntermediateDirectories: true
      )
    }
    environment["HOME"] = root.appendingPathComponent("home").path
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  /// Writes a file with a mode; returns its path.
  @discardableResult
  func write(_ path: String, _ text: String, mode: Int = 0o600) throws -> String {
    let file = root.appendingPathComponent(path)
    try Data(text.utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
    return file.path
  }

  /// The world as a program in the checkout sees it.
  func world() -> Surroundings {
    let answer = answers.first
    return Surroundings(
      environment: environment,
      directory: root.appendingPathComponent("checkout").path,
      systemDirectory: root.appendingPathComponent("etc").path,
      isInteractive: isInteractive,
      ask: { _ in answer },
      askSecret: { _ in answer },
      uptime: { .seconds(1) }
    )
  }

  /// Runs a line of the tests' own program; paths in what it says begin with `ROOT`.
  func run(_ line: String) async -> (status: ExitStatus, output: String, errors: String) {
    let commands = CommandGroup(
      name: "drydock",
      summary: "Test.",
      sections: [.init("All", [.command(GreetCommand.self), .command(ChangeCommand.self)])]
    )
    let world = world()
    let program = Program(commands: commands, world: world)
    let status = await program.run(line.split(separator: " ").map(String.init))
    let hide = { (text: String) in text.replacing(self.root.path, with: "ROOT") }
    return (status, hide(world.output.captured), hide(world.errors.captured))
  }

  /// Loads the configuration of a call with these options.
  func configuration(_ line: String = "") throws -> Configuration {
    let options = try SharedOptions.parse(line.split(separator: " ").map(String.init))
    return try Configuration.load(options, in: world())
  }
}
