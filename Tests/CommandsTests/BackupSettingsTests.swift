import Backup
import Problems
import Repository
import Testing

@testable import Commands

@Suite("How snapshots are read and stored is configured")
struct BackupSettingsTests {
  private func file(_ text: String, isTrusted: Bool = true) throws -> BackupSettings {
    try ConfigurationFile.parse(text, path: "drydock.yaml", isTrusted: isTrusted).settings.backup
  }

  @Test("Every key reaches the options of a backup")
  func keys() throws {
    let settings = try file(
      """
      compression: 9
      delta: never
      full_read_every: 36h
      checkpoint: wait
      max_wait: 2m
      history: trust-uptime
      """
    )
    var options = BackupOptions()
    settings.apply(to: &options)
    #expect(options.compression == .level(9))
    #expect(options.delta == .never)
    #expect(options.fullReadEvery == 1.5)
    #expect(options.checkpoint == .wait(seconds: 120))
    #expect(options.trustsUptime)
  }

  @Test("What is given on the command line counts more than the file, key by key")
  func order() throws {
    let flags = BackupSettings(compression: .level(3))
    let merged = flags.completed(with: try file("compression: 9\ndelta: never"))
    #expect(merged.compression == .level(3))
    #expect(merged.delta == .never)
    #expect(try file("full_read_every: never").fullReadEvery == 0)
  }

  @Test(
    "A wrong value is refused with its line",
    arguments: [
      "compression: 20", "compression: best", "delta: sometimes", "full_read_every: 0d",
      "checkpoint: now", "max_wait: soon", "history: believe",
    ]
  )
  func wrong(text: String) throws {
    let problem = #expect(throws: Problem.self) { _ = try file("jobs: 2\n" + text) }
    #expect(problem?.code == "configuration.bad-value")
    #expect(problem?.summary.contains("drydock.yaml:2:") == true, "\(problem?.summary ?? "")")
  }

  @Test(
    "A file from a checkout may not say when a snapshot is trusted",
    arguments: ["full_read_every: never", "history: trust-uptime", "checkpoint: force"]
  )
  func untrusted(text: String) throws {
    #expect(throws: Problem.self) { _ = try file(text, isTrusted: false) }
  }
}
