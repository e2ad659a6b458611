import Arguments
import Foundation
import Synchronization
import Terminal

@testable import Commands

/// What a person types, line by line; nothing after the last.
private final class Answers: Sendable {
  private let rest: Mutex<[String]>

  init(_ lines: [String]) { rest = Mutex(lines) }

  func next() -> String? { rest.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
}

/// A directory of its own, with a checkout, a home and a place for the machine's configuration.
final class Sandbox {
  let root: URL
  var environment: [String: String] = [:]
  var answers: [String] = []
  var isInteractive = false
  /// Where the program is called, below the root.
  var place = "checkout"

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

  /// Whether the tests run as root, who sets up the machine.
  var isRoot: Bool { ProcessSurroundings.user == 0 }

  /// Makes a directory.
  func makeDirectory(_ path: String) throws {
    try FileManager.default.createDirectory(
      at: root.appendingPathComponent(path),
      withIntermediateDirectories: true
    )
  }

  /// Whether there is such a file or directory.
  func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
  }

  /// A file's text.
  func read(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: root.appendingPathComponent(path)), as: UTF8.self)
  }

  /// A file's permission bits.
  func mode(_ path: String) throws -> UInt32? {
    FileFacts(path: root.appendingPathComponent(path).path)?.mode
  }

  /// The world as a program sees it that is called in `place`.
  func world() -> Surroundings {
    let answers = Answers(answers)
    return Surroundings(
      environment: environment,
      directory: root.appendingPathComponent(place).path,
      systemDirectory: root.appendingPathComponent("etc").path,
      isInteractive: isInteractive,
      ask: { _ in answers.next() },
      askSecret: { _ in answers.next() },
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
    return await run(line.split(separator: " ").map(String.init), commands)
  }

  /// Runs words of the real program.
  func drydock(
    _ words: String...
  ) async -> (status: ExitStatus, output: String, errors: String) {
    await run(words, CommandTree.root)
  }

  private func run(
    _ words: [String],
    _ commands: CommandGroup
  ) async -> (status: ExitStatus, output: String, errors: String) {
    let world = world()
    let status = await Program(commands: commands, world: world).run(words)
    let hide = { (text: String) in text.replacing(self.root.path, with: "ROOT") }
    return (status, hide(world.output.captured), hide(world.errors.captured))
  }

  /// Loads the configuration of a call with these options.
  func configuration(_ line: String = "") throws -> Configuration {
    let options = try SharedOptions.parse(line.split(separator: " ").map(String.init))
    return try Configuration.load(options, in: world())
  }
}
