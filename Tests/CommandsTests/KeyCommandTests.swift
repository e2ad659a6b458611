import Foundation
import Problems
import TestSupport
import Testing

@testable import Commands

@Suite("Keys through the command line")
struct KeyCommandTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    sandbox.environment["DRYDOCK_REPOSITORY"] = sandbox.root.path + "/repository"
    sandbox.environment["DRYDOCK_PASSPHRASE"] = "open sesame"
  }

  private func path(_ name: String) -> String { sandbox.root.path + "/" + name }

  /// Runs a line of Drydock itself; random digits and times in what it says are hidden.
  private func run(
    _ words: String...,
    environment: [String: String] = [:]
  ) async -> (status: Commands.ExitStatus, output: String, errors: String) {
    sandbox.environment.merge(environment) { _, given in given }
    let world = sandbox.world()
    let status = await Program(world: world).run(words)
    return (status, world.output.captured, world.errors.captured)
  }

  private func hide(_ text: String) -> String {
    text.replacing(sandbox.root.path, with: "ROOT")
      .replacing(/[0-9a-f]{8,}/, with: "HEX")
      .replacing(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z/, with: "TIME")
  }

  private func slotID(label: String) async throws -> String {
    let output = await run("key", "list", "--json").output
    let line = try #require(output.split(separator: "\n").last)
    let result = try #require(
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    )
    let slots = try #require(result["slots"] as? [[String: Any]])
    return try #require(slots.first { $0["label"] as? String == label }?["id"] as? String)
  }

  @Test("A host gets a slot of its own, a second passphrase too; one is removed, keys are rotated")
  func story() async throws {
    var told = ""
    func tell(_ words: String..., status: Commands.ExitStatus = .done) async {
      let world = sandbox.world()
      let got = await Program(world: world).run(words)
      #expect(got == status, "\(words): \(world.errors.captured)")
      let shown = words.map { $0.hasPrefix("host-") ? "host-HEX" : $0 }.joined(separator: " ")
      told += hide("$ drydock \(shown)\n\(world.output.captured)\(world.errors.captured)\n")
    }
    await tell("init")
    await tell("key", "list")
    await tell("key", "generate", path("host.key"))
    let facts = try FileManager.default.attributesOfItem(atPath: path("host.key"))
    #expect(facts[.posixPermissions] as? Int == 0o600)
    let shown = await run("key", "generate", path("other.key"), "--json").output
    let key = try #require(shown.firstMatch(of: /host-[0-9a-f]{72}/)).output
    await tell("key", "add", "--recipient", String(key), "--role", "write", "--label", "db1")
    try sandbox.write("second", "second\n")
    await tell("key", "add", "--passphrase-file-new", path("second"), "--label", "safe")
    let listed = await run("key", "list", "--json").output
    for (label, kind, role) in [
      ("made with the repository", "passphrase", "full"), ("db1", "recipient", "write"),
      ("safe", "passphrase", "full"),
    ] {
      let slot = #""kind":"\#(kind)","role":"\#(role)","label":"\#(label)""#
      #expect(listed.contains(slot), "\(listed)")
    }
    let id = try await slotID(label: "safe")
    await tell("key", "remove", id)
    await tell("key", "rotate")
    await tell("key", "rotate", "--json")
    await tell("snapshots", "--passphrase-file", path("second"), status: .usage)
    await tell(
      "key",
      "remove",
      try await slotID(label: "made with the repository"),
      status: .refused
    )
    await tell("key", "generate", path("host.key"), status: .failed)
    await tell("key", "add", "--recipient", "host-12", status: .usage)
    await tell("key", "add", status: .usage)
    await tell("key", "add", "--recipient", String(key), "--role", "read", status: .usage)
    try Golden.check(told, "keys.txt")
    #expect(!told.contains("sesame"))
  }

  @Test("A host opens with its key file by flag, variable or configuration, and cannot change keys")
  func keyFiles() async throws {
    _ = await run("init")
    let shown = await run("key", "generate", path("host.key")).output
    let key = try #require(shown.firstMatch(of: /host-[0-9a-f]{72}/)).output
    let added = await run("key", "add", "--recipient", String(key), "--role", "write")
    #expect(added.status == .done)
    let byFlag = await run("snapshots", "--key-file", path("host.key"))
    #expect(byFlag.status == .done)
    let both = await run("snapshots", environment: ["DRYDOCK_KEY_FILE": path("host.key")])
    #expect(both.status == .usage && both.errors.contains("names a key file and a passphrase"))
    sandbox.environment["DRYDOCK_PASSPHRASE"] = nil
    #expect(await run("snapshots").status == .done)
    let refused = await run("key", "rotate")
    #expect(refused.status == .refused && refused.errors.contains("needs a full key"))
    sandbox.environment["DRYDOCK_KEY_FILE"] = nil
    let config = try sandbox.write("etc/drydock.yaml", "key_file: \(path("host.key"))\n")
    #expect(await run("snapshots", "--config", config).status == .done)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o644],
      ofItemAtPath: path("host.key")
    )
    let exposed = await run("snapshots", "--config", config)
    #expect(exposed.status == .usage && exposed.errors.contains("chmod 600"))
  }

  @Test("A host's key file names the one authority whose slots it opens")
  func trust() async throws {
    _ = await run("init")
    let shown = await run("key", "generate", path("host.key")).output
    let key = try #require(shown.firstMatch(of: /host-[0-9a-f]{72}/)).output
    let added = await run("key", "add", "--recipient", String(key), "--role", "write").output
    let authority = String(try #require(added.firstMatch(of: /authority-[0-9a-f]{72}/)).output)
    let wrong = authority.dropLast() + (authority.last == "0" ? "1" : "0")
    let refused = await run("key", "trust", path("host.key"), String(wrong))
    #expect(refused.status == .usage && refused.errors.contains("is not a public key for this use"))
    #expect(await run("key", "trust", path("host.key"), authority).status == .done)
    let facts = try FileManager.default.attributesOfItem(atPath: path("host.key"))
    #expect(facts[.posixPermissions] as? Int == 0o600)
    #expect(await run("snapshots", "--key-file", path("host.key")).status == .done)

    sandbox.environment["DRYDOCK_REPOSITORY"] = path("other")
    _ = await run("init")
    let other = await run("key", "add", "--recipient", String(key), "--role", "write")
    #expect(other.status == .done)
    let stranger = await run("snapshots", "--key-file", path("host.key"))
    #expect(stranger.status == .damaged)
    #expect(stranger.errors.contains("another authority than the one that the key file names"))
    _ = await run("key", "generate", "--receipts", path("r.key"))
    #expect(await run("key", "trust", path("r.key"), authority).status == .usage)
  }

  @Test("With a passphrase configured, a repository without encryption is neither made nor opened")
  func notEncrypted() async throws {
    let contradiction = await run("init", "--unencrypted")
    #expect(contradiction.status == .usage, "\(contradiction)")
    #expect(contradiction.errors.contains("comes from DRYDOCK_PASSPHRASE"), "\(contradiction)")
    #expect(!FileManager.default.fileExists(atPath: path("repository")))
    sandbox.environment["DRYDOCK_PASSPHRASE"] = nil
    let made = await run("init", "--unencrypted")
    #expect(made.status == .done, "\(made)")
    let open = await run("key", "list")
    #expect(open.status == .done, "\(open)")
    sandbox.environment["DRYDOCK_PASSPHRASE"] = "open sesame"
    let lines = [
      ["snapshots"], ["check"], ["collect"], ["key", "list"], ["key", "rotate"],
      ["copy", "--to", path("second"), "--init"],
    ]
    for words in lines {
      let world = sandbox.world()
      let status = await Program(world: world).run(words)
      let errors = world.errors.captured
      #expect(status == .refused, "\(words): \(errors)")
      #expect(errors.contains("is not encrypted, though a passphrase is configured"), "\(errors)")
    }
  }

  @Test("A copy without encryption is neither made nor opened where its passphrase is given")
  func copyNotEncrypted() async throws {
    let source = await run("init")
    #expect(source.status == .done, "\(source)")
    let second = path("second")
    let secret = ["DRYDOCK_TO_PASSPHRASE": "another"]
    let both = await run(
      "copy",
      "--to",
      second,
      "--init",
      "--to-unencrypted",
      environment: secret
    )
    #expect(both.status == .usage && both.errors.contains("do not go together"), "\(both)")
    #expect(!FileManager.default.fileExists(atPath: second))
    sandbox.environment["DRYDOCK_TO_PASSPHRASE"] = nil
    let made = await run("copy", "--to", second, "--init", "--to-unencrypted")
    #expect(made.status == .done, "\(made)")
    let refused = await run("copy", "--to", second, environment: secret)
    #expect(refused.status == .refused, "\(refused)")
    #expect(refused.errors.contains("leave out --to-passphrase-file"), "\(refused)")
  }

  @Test("A program in a variable gives the passphrase, and is wiped from the environment")
  func passphraseCommand() async throws {
    _ = await run("init")
    sandbox.environment["DRYDOCK_PASSPHRASE"] = nil
    sandbox.environment["DRYDOCK_PASSPHRASE_COMMAND"] = "/bin/echo  open sesame"
    #expect(await run("snapshots").status == .done)
    #expect(sandbox.world().environment["DRYDOCK_PASSPHRASE_COMMAND"] == nil)
    #expect(sandbox.world().passphraseCommand == ["/bin/echo", "open", "sesame"])
    sandbox.environment["DRYDOCK_PASSPHRASE_COMMAND"] = "/bin/false"
    let failed = await run("snapshots")
    #expect(failed.status == .usage && failed.errors.contains("/bin/false"))
  }

  @Test("A repository is made with a key file alone")
  func initWithKeyFile() async throws {
    _ = await run("key", "generate", "--unshared", path("a.key"))
    #expect(await run("init", "--key-file", path("a.key")).status == .done)
    #expect(await run("snapshots", "--key-file", path("a.key")).status == .done)
    #expect(await run("snapshots").status == .usage)
    _ = await run("key", "generate", "--receipts", path("r.key"))
    let wrong = await run("snapshots", "--key-file", path("r.key"))
    #expect(wrong.status == .usage)
  }
}
