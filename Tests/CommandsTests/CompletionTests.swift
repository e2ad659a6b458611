import Foundation
import ObjectStore
import Postgres
import Repository
import TestSupport
import Testing

@testable import Commands

@Suite("What an unfinished line may go on with")
struct CompletionTests {
  private let scene: RepositoryOnDisk

  init() throws { scene = try RepositoryOnDisk() }

  /// The words without what is said of them.
  private func words(_ line: String...) async -> [String] {
    let given = ["--repository", "backups"]
    var world = scene.sandbox.world()
    // A person waits five seconds; a test on a busy machine until the words are there.
    world.pause = { _ in try await Task.sleep(for: .seconds(3600)) }
    let status = await Program(world: world)
      .run(["tool", "complete", "--", line[0]] + given + line.dropFirst())
    #expect(status == .done)
    #expect(world.errors.captured.isEmpty)
    return world.output.captured.split(separator: "\n").map {
      String($0.prefix { $0 != "\t" })
    }
  }

  @Test("Snapshots are latest, short ids with the newest first, and tags")
  func snapshots() async throws {
    let old = try scene.add(taken: "2026-01-30T02:00:00.000000Z", tags: ["git": "1a2b"])
    let new = try scene.add(of: "billing", taken: "2026-01-31T02:00:00.000000Z")
    #expect(
      await words("show", "")
        == ["latest", String(new.text.suffix(8)), String(old.text.suffix(8)), "git=1a2b"]
    )
    #expect(await words("show", "l") == ["latest"])
    #expect(await words("show", "gi") == ["git=1a2b"])
    #expect(await words("show", "20260131T") == [new.text])
    #expect(await words("show", "latest:") == ["latest:billing", "latest:shop"])
    #expect(await words("verify", "--level", "2", "la") == ["latest"])
    #expect(await words("show", "nothing-like-it").isEmpty)
  }

  @Test("Each word says what it is")
  func notes() async throws {
    let name = try scene.add()
    let run = await scene.run("tool", "complete", "--", "show", "--repository", "backups", "")
    let id = name.text.suffix(8)
    #expect(run.output == "latest\tthe newest\n\(id)\t2026-01-30 02:00:00 UTC\n")
  }

  @Test("Databases, tags and profiles are known too")
  func others() async throws {
    try scene.add(of: "shop", tags: ["git": "1a2b", "release": "7"])
    try scene.sandbox.write(
      "home/.config/drydock/drydock.yaml",
      "profiles: {production: {label: production}, test: {label: test}}\n"
    )
    #expect(await words("snapshots", "--of", "") == ["shop"])
    #expect(await words("backup", "--tag", "") == ["git=1a2b", "release=7"])
    #expect(await words("backup", "--tag", "rel") == ["release=7"])
    #expect(await words("backup", "--profile", "p") == ["production"])
    #expect(await words("backup", "--profile=") == ["production", "test"])
  }

  @Test("Patches are offered by their versions, the last first")
  func versions() async throws {
    let sandbox = scene.sandbox
    try sandbox.makeDirectory("checkout/migrations")
    for name in ["0001_a.sql", "0002_b.sql"] {
      try sandbox.write("checkout/migrations/\(name)", "SELECT 1;\n")
    }
    #expect(await words("migrate", "--to", "") == ["0002", "0001"])
    #expect(await words("migrate", "--patches", "migrations", "--to", "0001") == ["0001"])
  }

  @Test("Without the key there are ids and nothing else; nobody is asked and nothing is said")
  func silence() async throws {
    let sandbox = try Sandbox()
    sandbox.isInteractive = true
    sandbox.answers = ["a passphrase that must not be asked for"]
    let path = "\(sandbox.root.path)/checkout/backups"
    let passphrase = Passphrase(text: "right").secret
    _ = try Repository.create(
      in: LocalStore(path, isDurable: false),
      encryption: .passphrase(passphrase)
    )
    func run(_ line: String...) async -> String {
      let world = sandbox.world()
      #expect(await Program(world: world).run(["tool", "complete", "--"] + line) == .done)
      return world.output.captured + world.errors.captured
    }
    let known = await run("show", "--repository", path, "")
    #expect(known == "latest\tthe newest\n")
    #expect(await run("backup", "--repository", path, "--tag", "") == "")
    #expect(await run("show", "--repository", "/nowhere/at/all", "x") == "")
    #expect(await run("show", "--config", "/nowhere.yaml", "") == "")
    #expect(await run("nonsense", "") == "")
    #expect(await run() == "")
  }

  @Test("A program that prints the passphrase is not started")
  func command() async throws {
    let sandbox = scene.sandbox
    try scene.add(tags: ["git": "1a2b"])
    let mark = "\(sandbox.root.path)/started"
    let file = try sandbox.write(
      "etc/named.yaml",
      "passphrase_command: [/usr/bin/touch, '\(mark)']\nrepository: '\(sandbox.root.path)/x'\n"
    )
    _ = await words("show", "--config", file, "git")
    #expect(!sandbox.exists("started"))
  }

  @Test("A name that could steer the terminal is not offered")
  func hostile() async throws {
    try scene.add(tags: ["git": "a\u{1B}[31mb", "line": "a\nb", "fine": "ü"])
    #expect(await words("backup", "--tag", "") == ["fine=ü"])
  }
}
