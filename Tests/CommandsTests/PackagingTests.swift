import Arguments
import Files
import Foundation
import TestSupport
import Testing
import YAML

@testable import Commands

@Suite("What packages and containers bring along")
struct PackagingTests {
  private static func text(_ path: String) throws -> String {
    let whole = "\(SharedInputs.packageRoot)/\(path)"
    return try #require(String(validating: try ReadableFile.contents(of: whole), as: UTF8.self))
  }

  @Test("The example of a configuration sets nothing, and every line of it can be used")
  func example() throws {
    let text = try Self.text("scripts/packaging/drydock.yaml.example")
    let path = "/etc/drydock/drydock.yaml"
    let asItIs = try ConfigurationFile.parse(text, path: path, isTrusted: true)
    #expect(asItIs == ConfigurationFile(path: path, isTrusted: true))

    let used = text.replacing(/(?m)^# (?= *[a-z_]+:( |$))/, with: "")
    let file = try ConfigurationFile.parse(used, path: path, isTrusted: true)
    #expect(file.settings.passphraseFile == "/etc/drydock/passphrase")
    #expect(file.settings.isProtected == true)
    #expect(file.settings.keep != nil)
    #expect(file.profiles["staging"]?.label == "staging")
  }

  /// The roles as the entry point itself lists them in an error.
  private static func roles() throws -> [String] {
    let text = try text("scripts/packaging/entrypoint")
    let list = try #require(text.firstMatch(of: /roles='([a-z, ]+)'/)).1
    return list.replacing(" or ", with: ", ").split(separator: ", ").map(String.init)
  }

  @Test(
    "A role of the container that does its work once is a command",
    arguments: ["backup", "verify", "gate", "migrate"]
  )
  func roleCommands(role: String) throws {
    #expect(try Self.roles().contains(role))
    let words = role == "migrate" ? [role, "--database", "shop"] : [role]
    _ = try CommandLineReader(CommandTree.root).read(words)
  }

  @Test(
    "The examples for containers parse, and name roles that there are",
    arguments: ["compose.yaml", "cronjob.yaml", "ecs-task.json"]
  )
  func containers(file: String) throws {
    let text = try Self.text("docs/install/\(file)")
    // JSON is YAML too.
    _ = try #require(try YAMLParser.parse(text))
    let found = text.matches(of: /DRYDOCK_ROLE"?[:,] "?(?:value"?: "?)?([a-z]+)/)
    let roles = try Self.roles()
    #expect(!found.isEmpty)
    for match in found { #expect(roles.contains(String(match.1))) }
  }
}
