import Foundation
import Postgres
import Problems
import TestSupport
import Testing

@testable import Commands

@Suite("The configuration")
struct ConfigurationTests {
  private let home = "home/.config/drydock/drydock.yaml"

  private func refusal(_ sandbox: Sandbox, _ line: String = "") throws -> Problem {
    let problem = #expect(throws: Problem.self) { try sandbox.configuration(line) }
    return try #require(problem)
  }

  @Test("A flag beats the environment, which beats the file, which beats the default")
  func precedence() throws {
    let sandbox = try Sandbox()
    #expect(try sandbox.configuration().repository == nil)
    try sandbox.write(home, "repository: /file\npatches: p\njobs: 3\n")
    #expect(try sandbox.configuration().repository == "/file")
    sandbox.environment["DRYDOCK_REPOSITORY"] = "/environment"
    sandbox.environment["DRYDOCK_JOBS"] = ""
    #expect(try sandbox.configuration().repository == "/environment")
    let configuration = try sandbox.configuration("--repository /flag")
    #expect(configuration.repository == "/flag")
    #expect(configuration.patches == "p")
    #expect(configuration.jobs == 3)
  }

  @Test("The environment and a database are enough without any file")
  func environmentAlone() throws {
    let sandbox = try Sandbox()
    sandbox.environment["DRYDOCK_DATABASE"] = "postgresql://me:s3cret@db/prod"
    sandbox.environment["DRYDOCK_PASSPHRASE"] = "open sesame"
    sandbox.environment["DRYDOCK_TO_PASSPHRASE"] = "open sesame, too"
    let configuration = try sandbox.configuration()
    #expect(configuration.database?.keywords["password"] == "s3cret")
    #expect(configuration.passphrase == .environment(Passphrase(text: "open sesame")))
    #expect(!"\(configuration)".contains("open sesame"))
    let world = sandbox.world()
    #expect(world.environment["DRYDOCK_PASSPHRASE"] == nil)
    #expect(world.environment["DRYDOCK_TO_PASSPHRASE"] == nil)
    #expect(world.targetPassphrase == Passphrase(text: "open sesame, too"))
  }

  @Test("A profile comes before the top of the file, and an unknown one lists the known")
  func profiles() throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      home,
      """
      repository: /backups
      database: postgresql://dev/app
      profiles:
        production:
          database: postgresql://prod/app
          protected: true
          label: production
        empty:
      """
    )
    let plain = try sandbox.configuration()
    #expect(plain.database?.keywords["host"] == "dev" && !plain.isProtected)
    let production = try sandbox.configuration("--profile production")
    #expect(production.database?.keywords["host"] == "prod" && production.isProtected)
    #expect(production.databaseOfChosenProfile?.keywords["host"] == "prod")
    #expect(production.repository == "/backups")
    #expect(try sandbox.configuration("--profile empty").databaseOfChosenProfile == nil)
    sandbox.environment["DRYDOCK_PROFILE"] = "production"
    #expect(try sandbox.configuration().databaseOfChosenProfile == nil)
    let problem = try refusal(sandbox, "--profile prod")
    #expect(problem.code == "configuration.unknown-profile")
    #expect(problem.hint == "Known profiles: empty, production.")
  }

  @Test(
    "A mistake in a file is told with its line, its column and what was meant",
    arguments: [
      ("repositry: /x", "unknown-key", "1:1", "Did you mean 'repository'?"),
      ("jobs: 2\njobs: 3", "not-yaml", "2:1", nil),
      ("jobs: many", "bad-value", "1:7", nil),
      ("protected: \"true\"", "bad-value", "1:12", nil),
      ("passphrase_command: pass show", "bad-value", "1:21", "as a list"),
      ("profiles:\n  a:\n    profiles: {}", "unknown-key", "3:5", nil),
      ("confirm: x", "dangerous-key", "1:1", "--confirm"),
      ("without-receipt: true", "dangerous-key", "1:1", "--without-receipt"),
      ("- a", "bad-value", "1:1", nil),
      ("patches:", "bad-value", "1:9", nil),
    ]
  )
  func mistakes(_ text: String, _ code: String, _ place: String, _ hint: String?) throws {
    let sandbox = try Sandbox()
    let path = try sandbox.write(home, text + "\n")
    let problem = try refusal(sandbox)
    #expect(problem.code == "configuration.\(code)")
    #expect(problem.kind == .usage)
    #expect(problem.summary.hasPrefix("\(path):\(place): "), "\(problem.summary)")
    if let hint { #expect(problem.hint?.contains(hint) == true) }
  }

  @Test(
    "A file in the checkout may not run programs, lower guards or send credentials away",
    arguments: [
      "passphrase_command: [/bin/cat, /etc/passwd]", "passphrase_file: /dev/null",
      "key_file: /dev/null", "receipt_key: /dev/null", "receipt_keys: [receipts-00]",
      "protected: false", "policy: lax.yaml", "repository: s3://elsewhere/bucket",
      "database: postgresql://elsewhere/app", "database: service=other",
      "database: hostaddr=10.0.0.1 dbname=app", "profiles: {p: {protected: false}}",
    ]
  )
  func untrusted(_ text: String) throws {
    let sandbox = try Sandbox()
    let path = try sandbox.write("checkout/drydock.yaml", text + "\n")
    #expect(try refusal(sandbox).code == "configuration.untrusted-key")
    #expect(throws: Never.self) { try sandbox.configuration("--config \(path)") }
  }

  @Test("A file in the checkout may say where things are, and cannot hide a protection")
  func completed() throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      "checkout/drydock.yaml",
      "patches: migrations\nrepository: ../backups\ndatabase: app\n"
    )
    try sandbox.write(home, "protected: true\npatches: other\n")
    let configuration = try sandbox.configuration()
    #expect(configuration.patches == "migrations")
    #expect(configuration.repository == "../backups")
    #expect(configuration.isProtected)
    #expect(configuration.files.count == 2)
  }

  @Test(
    "The user's file is found before the machine's, and a file that others may write is not trusted"
  )
  func search() throws {
    let sandbox = try Sandbox()
    try sandbox.write("etc/drydock.yaml", "label: machine\nprotected: true\n")
    #expect(try sandbox.configuration().label == "machine")
    try sandbox.write(home, "label: user\nprotected: true\n", mode: 0o666)
    #expect(try refusal(sandbox).code == "configuration.untrusted-key")
    try sandbox.write(home, "label: user\n", mode: 0o644)
    #expect(try sandbox.configuration().label == "user")
  }

  @Test("A link out of the home into the checkout is not trusted")
  func links() throws {
    let sandbox = try Sandbox()
    let target = try sandbox.write("checkout/mine.yaml", "protected: false\n")
    try FileManager.default.createSymbolicLink(
      atPath: sandbox.root.appendingPathComponent(home).path,
      withDestinationPath: target
    )
    #expect(try refusal(sandbox).code == "configuration.untrusted-key")
  }

  @Test("A directory in which homes lie is no checkout, unless git manages it")
  func aboveHome() throws {
    let sandbox = try Sandbox()
    sandbox.place = "."
    try sandbox.write(home, "protected: true\nlabel: user\n")
    #expect(try sandbox.configuration().label == "user")
    try sandbox.makeDirectory(".git")
    #expect(try refusal(sandbox).code == "configuration.untrusted-key")
  }

  @Test(
    "An address without a database's name names none, wherever it stands",
    arguments: ["postgresql://db/", "postgresql://me@db", "host=db user=me", "''"]
  )
  func nameless(_ address: String) throws {
    let sandbox = try Sandbox()
    let file = "database: \(address)\nscratch_server: host=db user=me\n"
    try sandbox.write(home, file)
    let problem = try refusal(sandbox)
    #expect(problem.code == "usage.no-database" && problem.kind == .usage)
    #expect(problem.description.contains("in a configuration file names no database"))
    #expect(problem.hint?.contains("dbname=NAME") == true)
    // A profile's address is held to the same; a server, and a service, need no name.
    try sandbox.write(home, "profiles: {p: {database: \(address)}}\n")
    #expect(throws: Problem.self) { try sandbox.configuration("--profile p") }
    try sandbox.write(home, "database: service=shop\nscratch_server: host=db user=me\n")
    #expect(try sandbox.configuration().database?.keywords["service"] == "shop")
    sandbox.environment["DRYDOCK_DATABASE"] = "host=db"
    #expect(try refusal(sandbox).description.contains("in the environment names no database"))
  }

  @Test("A password in a file is refused, and dangerous variables are, too")
  func secrets() throws {
    let sandbox = try Sandbox()
    try sandbox.write(home, "database: postgresql://me:s3cret@db/prod\n")
    let problem = try refusal(sandbox)
    #expect(problem.code == "usage.password-in-file")
    #expect(!problem.description.contains("s3cret"))
    sandbox.environment["DRYDOCK_WITHOUT_RECEIPT"] = "1"
    #expect(try refusal(sandbox).code == "environment.dangerous-variable")
  }
}
