import Foundation
import TestSupport
import Testing

@testable import Commands

@Suite("init asks on a terminal, and writes what was answered")
struct SetupTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    sandbox.isInteractive = true
    // Tests run as root or not; both have one place here.
    sandbox.environment["XDG_CONFIG_HOME"] = sandbox.root.path + "/home/.config"
  }

  /// Where the configuration goes: a machine's for root, else the user's own.
  private var directory: String { sandbox.isRoot ? "etc" : "home/.config/drydock" }

  @Test("A whole set-up: the file, a random passphrase for its owner alone, a repository")
  func whole() async throws {
    let database = "host=/nowhere dbname=shop"
    sandbox.answers = ["labtop", "laptop", "backups", database, "yes", ""]
    let (status, output, errors) = await sandbox.drydock("init")
    #expect(status == .done, "\(errors)")
    #expect(errors.contains("One of laptop, server, fleet, rds, ci."))
    #expect(errors.contains("cannot connect to"))
    #expect(output.contains("Next: drydock doctor, then drydock backup"))
    #expect(output.contains("a random passphrase in ROOT/\(directory)/passphrase"))

    let text = try sandbox.read("\(directory)/drydock.yaml")
    try Golden.check(
      text.replacing(sandbox.root.path, with: "ROOT").replacing(
        "ROOT/\(directory)/",
        with: "ROOT/PLACE/"
      ),
      "init-laptop.yaml"
    )
    #expect(try sandbox.mode("\(directory)/drydock.yaml") == 0o600)
    #expect(try sandbox.mode("\(directory)/passphrase") == 0o600)
    #expect(try sandbox.mode("checkout/backups") == 0o700)
    let passphrase = try sandbox.read("\(directory)/passphrase")
    #expect(passphrase.wholeMatch(of: /([a-z2-9]{5}-){4}[a-z2-9]{5}\n/) != nil)
    #expect(!(output + errors).contains(passphrase.dropLast()))

    // What was written is what every command reads from now on.
    let configuration = try sandbox.configuration()
    #expect(configuration.repository == sandbox.root.path + "/checkout/backups")
    let list = await sandbox.drydock("snapshots")
    #expect(list.status == .done, "\(list)")
  }

  @Test(
    "A file that is there is never written over, and a repository that is named is not asked for"
  )
  func present() async throws {
    try sandbox.write("\(directory)/drydock.yaml", "jobs: 3\n")
    let (status, _, errors) = await sandbox.drydock("init")
    #expect(status == .usage)
    #expect(errors.contains("init writes a configuration, but never over one"))
    #expect(try sandbox.read("\(directory)/drydock.yaml") == "jobs: 3\n")
    let named = await sandbox.drydock("init", "--repository", "backups", "--unencrypted")
    #expect(named.status == .done, "\(named)")
  }

  @Test("A passphrase that is there is used")
  func passphrase() async throws {
    let file = try sandbox.write("mine", "a passphrase of my own\n")
    let database = "host=/nowhere dbname=shop"
    sandbox.answers = ["server", "backups", "host=/nowhere", database, "yes", file]
    let (status, output, errors) = await sandbox.drydock("init")
    #expect(status == .done, "\(errors)")
    // An address without a database's name was asked for again.
    #expect(errors.contains("An address in a configuration file names no database"), "\(errors)")
    #expect(output.contains("the passphrase in ROOT/mine"))
    #expect(try sandbox.read("mine") == "a passphrase of my own\n")
  }

  @Test("A password in an address is refused and asked for again; the end of input writes nothing")
  func refused() async throws {
    sandbox.answers = ["server", "backups", "postgresql://me:s3cret@host/shop"]
    let (status, output, errors) = await sandbox.drydock("init")
    #expect(status == .refused)
    #expect(errors.contains("~/.pgpass"))
    #expect(!(output + errors).contains("s3cret"))
    #expect(!sandbox.exists("\(directory)/drydock.yaml") && !sandbox.exists("checkout/backups"))
    #expect(!sandbox.exists("\(directory)/passphrase"))
  }

  @Test("Without a terminal nothing is asked")
  func quiet() async throws {
    sandbox.isInteractive = false
    let (status, _, errors) = await sandbox.drydock("init")
    #expect(status == .usage && errors.contains("No repository is named"))
  }

  @Test(
    "Every example is read by the reader of real files",
    arguments: ConfigurationExample.allCases
  )
  func examples(_ example: ConfigurationExample) async throws {
    let (status, output, _) = await sandbox.drydock("init", "--example", example.rawValue)
    #expect(status == .done)
    try Golden.check(output, "example-\(example.rawValue).yaml")
    let file = try sandbox.write("etc/example.yaml", output)
    let configuration = try sandbox.configuration("--config \(file)")
    #expect(configuration.repository == example.placeholders.repository)
    let parsed = try ConfigurationFile.parse(output, path: "example.yaml", isTrusted: true)
    for profile in parsed.profiles.keys {
      let chosen = try sandbox.configuration("--config \(file) --profile \(profile)")
      #expect(chosen.isProtected && chosen.databaseOfChosenProfile != nil)
    }
    // What is commented out must be right as well when somebody takes the sign away.
    let all = output.replacing(/(?m)^(\s*)# ([a-z_]+: )/) { "\($0.output.1)\($0.output.2)" }
    _ = try ConfigurationFile.parse(all, path: "example.yaml", isTrusted: true)
  }

  @Test(
    "A text stands in YAML so that it is read back",
    arguments: [
      "shop", "/srv/a b", "service=shop", "it's: #1", "true", "- x", "{a}", "12", "@x", "a #b",
      "postgresql://me@host/shop?sslmode=verify-full", "%x", "a: b", "~",
    ]
  )
  func scalars(_ text: String) throws {
    let file = try ConfigurationFile.parse(
      "label: \(YAMLText.scalar(text))\n",
      path: "x",
      isTrusted: true
    )
    #expect(file.settings.label == text)
  }
}
