import Foundation
import ObjectStore
import Repository
import Snapshot
import TestSupport
import Testing

@testable import Commands

@Suite("Forgetting shows what goes and why the rest stays")
struct ForgetTests {
  private let sandbox: Sandbox
  private let repository: Repository
  private let names: [SnapshotName]

  init() throws {
    sandbox = try Sandbox()
    let store = LocalStore("\(sandbox.root.path)/checkout/backups", isDurable: false)
    let repository = try Repository.create(in: store, encryption: .none)
    names = try [
      ("2026-01-29T02:00:00.000000Z", ["release": "1.0"]), ("2026-01-30T02:00:00.000000Z", [:]),
      ("2026-01-31T02:00:00.000000Z", [:]), ("2026-01-31T14:00:00.000000Z", [:]),
    ].map { time, tags in
      var manifest = Manifest.sample
      manifest.taken = time
      manifest.tags = tags
      return try repository.beginSnapshot(parent: nil)
        .commit(manifest: try manifest.encoded(), at: try manifest.takenTime, closure: [])
    }
    self.repository = repository
  }

  /// Runs a line; the random ids in what it says are numbered.
  private func run(_ line: String) async -> (
    status: Commands.ExitStatus, output: String, errors: String
  ) {
    let world = sandbox.world()
    let words = line.split(separator: " ").map(String.init) + ["--repository", "backups"]
    let status = await Program(world: world).run(words)
    var texts = [world.output.captured, world.errors.captured]
    for (number, name) in names.enumerated() {
      texts = texts.map { $0.replacing(name.shortID, with: "0000000\(number)") }
    }
    texts = texts.map { $0.replacing(sandbox.root.path, with: "ROOT") }
    return (status, texts[0], texts[1])
  }

  @Test("A dry run explains every snapshot and removes none")
  func dryRun() async throws {
    let line = "forget --dry-run --keep-daily 2 --keep-tag release"
    let (status, output, _) = await run(line)
    #expect(status == .done)
    try Golden.check(output, "forget-dry-run.txt")
    try Golden.check(await run("\(line) --json").output, "forget-dry-run.json")
    #expect(try repository.snapshots() == names)
  }

  @Test("The configured policy removes, and options replace it as a whole")
  func configured() async throws {
    try sandbox.write("home/.config/drydock/drydock.yaml", "keep: {last: 3, tags: [release]}\n")
    let (status, output, errors) = await run("forget")
    #expect(status == .done && errors.isEmpty)
    try Golden.check(output, "forget.txt")
    #expect(try repository.snapshots() == names)
    #expect(await run("forget --keep-last 1").status == .done)
    #expect(try repository.snapshots() == [names[3]])
  }

  @Test("Without a policy nothing is removed")
  func noPolicy() async throws {
    let (status, _, errors) = await run("forget")
    #expect(status == .usage)
    try Golden.check(errors, "forget-no-policy.txt")
    #expect(try repository.snapshots() == names)
  }

  @Test("A policy in the checkout's own file is not honoured")
  func untrusted() async throws {
    try sandbox.write("checkout/drydock.yaml", "keep: {last: 1}\n")
    let (status, _, errors) = await run("forget")
    #expect(status == .usage && errors.contains("'keep'"))
    #expect(try repository.snapshots() == names)
  }

  @Test("A named snapshot goes, unless a tag protects it or nothing would be left")
  func named() async throws {
    #expect(await run("forget \(names[1].shortID)").status == .done)
    #expect(try repository.snapshots() == [names[0], names[2], names[3]])
    try sandbox.write("home/.config/drydock/drydock.yaml", "keep: {last: 1, tags: [release]}\n")
    let protected = await run("forget \(names[0].shortID)")
    #expect(protected.status == .refused && protected.errors.contains("its tag release protects"))
    let rest = "\(names[2].shortID) \(names[3].shortID)"
    #expect(await run("forget --keep-tag x \(names[0].shortID) \(rest)").status == .refused)
    #expect(try repository.snapshots().count == 3)
    #expect(
      await run("forget --keep-tag x --even-last \(names[0].shortID) \(rest)").status == .done
    )
    #expect(try repository.snapshots().isEmpty)
    #expect(await run("forget 0").status == .usage)
  }

  @Test("A manifest that cannot be read stops the policy, and can be named")
  func damaged() async throws {
    let file = sandbox.root.appendingPathComponent("checkout/backups/snapshots/\(names[1])")
    try Data("torn".utf8).write(to: file)
    let policy = await run("forget --keep-last 1")
    #expect(policy.status == .damaged && policy.errors.contains("\(names[1].text.prefix(19))"))
    #expect(try repository.snapshots() == names)
    #expect(await run("forget \(names[2].shortID)").status == .damaged)
    #expect(await run("forget \(names[1].shortID)").status == .done)
    #expect(try repository.snapshots() == [names[0], names[2], names[3]])
  }

  @Test("Who forgets the newest is not warned of a rollback, and still is of another's removal")
  func rollback() async throws {
    let gone = "the newest snapshot that this machine has seen"
    func object(_ number: Int) -> URL {
      sandbox.root.appendingPathComponent("checkout/backups/snapshots/\(names[number])")
    }
    #expect(await run("check --quiet").errors.isEmpty)
    #expect(await run("forget --dry-run --keep-tag release").status == .done)
    #expect(await run("forget \(names[3].shortID)").errors.isEmpty)
    #expect(await run("check --quiet").errors.isEmpty)
    // The machine now remembers the newest that was to stay.
    try FileManager.default.removeItem(at: object(2))
    #expect(await run("check --quiet").errors.contains(gone))
    let forgotten = await run("forget --keep-last 1")
    #expect(forgotten.status == .done && forgotten.errors.contains(gone))
    #expect(await run("check --quiet").errors.contains(gone), "the policy has not removed that one")
    #expect(try repository.snapshots() == [names[1]])
  }

  @Test("Who forgets all snapshots is not warned either")
  func forgetAll() async throws {
    #expect(await run("check --quiet").errors.isEmpty)
    let all = names.map(\.shortID).joined(separator: " ")
    #expect(await run("forget --even-last \(all)").status == .done)
    #expect(await run("check --quiet").errors.isEmpty)
  }

  @Test("A removal that fails midway is remembered as far as it went")
  func partialRemoval() async throws {
    #expect(await run("check --quiet").errors.isEmpty)
    let known = names
    let left = try Repository.open(repository.store, passphrase: nil, cacheDirectory: cache)
    // What a failed `forget` leaves: one of two snapshots that were to go is gone.
    try FileManager.default.removeItem(
      at: sandbox.root.appendingPathComponent("checkout/backups/snapshots/\(known[3])")
    )
    try left.rememberRemoval(of: [known[2]], among: known)
    #expect(await run("check --quiet").errors.contains("newest snapshot"), "another was to go")
    try left.rememberRemoval(of: [known[2], known[3]], among: known)
    #expect(await run("check --quiet").errors.isEmpty)
  }

  @Test("A machine that can keep no record forgets all the same")
  func noCache() async throws {
    try FileManager.default.createDirectory(
      atPath: "\(sandbox.root.path)/home/.cache",
      withIntermediateDirectories: true
    )
    try Data().write(to: URL(fileURLWithPath: cache))
    let (status, _, errors) = await run("forget \(names[3].shortID)")
    #expect(status == .done && errors.isEmpty)
    #expect(try repository.snapshots() == Array(names.dropLast()))
  }

  private var cache: String { "\(sandbox.root.path)/home/.cache/drydock" }
}
