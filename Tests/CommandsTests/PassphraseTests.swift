import Foundation
import Problems
import TestSupport
import Testing

@testable import Commands

@Suite("The passphrase")
struct PassphraseTests {
  private func refusal(_ source: PassphraseSource) throws -> Problem {
    try #require(#expect(throws: Problem.self) { try source.read(environment: [:]) })
  }

  @Test("A file that only its owner reads gives it, without the line end")
  func file() throws {
    let sandbox = try Sandbox()
    let path = try sandbox.write("key", "open sesame\r\n")
    let passphrase = try PassphraseSource.file(path).read(environment: [:])
    #expect(passphrase == Passphrase(text: "open sesame"))
  }

  @Test("A file that others may read is refused with the remedy")
  func exposed() throws {
    let sandbox = try Sandbox()
    let path = try sandbox.write("key", "open sesame\n", mode: 0o640)
    let problem = try refusal(.file(path))
    #expect(problem.code == "passphrase.exposed")
    #expect(problem.hint == "Run: chmod 600 \(path)")
    #expect(try refusal(.file(path + "x")).code == "passphrase.unreadable")
    let empty = try sandbox.write("empty", "\n")
    #expect(try refusal(.file(empty)).code == "passphrase.empty")
  }

  @Test("A pipe gives it, as the shell's process substitution makes one")
  func pipe() throws {
    let pipe = Pipe()
    try pipe.fileHandleForWriting.write(contentsOf: Data("open sesame\n".utf8))
    try pipe.fileHandleForWriting.close()
    let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
    let passphrase = try PassphraseSource.file(path).read(environment: [:])
    #expect(passphrase == Passphrase(text: "open sesame"))
  }

  @Test("A program gives it, and sees nothing that it should not")
  func program() throws {
    let source = PassphraseSource.command(["/usr/bin/env"])
    let passphrase = try source.read(
      environment: ["DRYDOCK_REPOSITORY": "x", "AWS_SECRET_ACCESS_KEY": "y", "LANG": "C"])
    #expect(passphrase == Passphrase(text: "LANG=C"))
  }

  @Test("A program that fails, is not there or is no path is an error")
  func failures() throws {
    for words in [["/bin/false"], ["/no/such/program"], ["pass"]] {
      let problem = try refusal(.command(words))
      #expect(problem.description.contains(words[0]))
    }
    #expect(try refusal(.command(["/bin/true"])).code == "passphrase.empty")
  }

  @Test("It never shows itself")
  func hidden() {
    let passphrase = Passphrase(text: "open sesame")
    var dumped = ""
    dump(passphrase, to: &dumped)
    #expect(!"\(passphrase) \(String(reflecting: passphrase)) \(dumped)".contains("sesame"))
    #expect(!dumped.contains("111"))
  }
}
