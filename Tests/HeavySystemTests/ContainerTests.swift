import Foundation
import Postgres
import Processes
import TestSupport
import Testing

@Suite("CGAP: one image, roles by a variable, secrets from a command", .serialized)
struct ContainerTests: SystemScenario {
  enum Feature: CaseIterable {
    /// Before: a script exports the secrets, and whatever it starts has them.
    case secretsFromACommand
    /// Before: what runs is what was pushed last.
    case tag
    /// Before: a pipe, in which nobody sees that the first program was denied.
    case failure
  }

  enum Check: CaseIterable {
    case noChildSawASecret
    case onlyWhatWasReleasedIsDeployed
    case denialIsTold
  }

  static func broken(without feature: Feature) -> Set<Check> {
    switch feature {
    case .secretsFromACommand: [.noChildSawASecret]
    case .tag: [.onlyWhatWasReleasedIsDeployed]
    case .failure: [.denialIsTold]
    }
  }

  @Test(
    "Each task takes its secrets itself, runs what its tag says, and says who was denied what",
    arguments: cases
  )
  func tasks(_ scenario: ScenarioCase<Feature>) throws { try Self.expect(scenario) }

  @Test("Each check can fail")
  func checks() { Self.expectEachCheckCanFail() }

  /// A cluster's task definition: one program, a role, and where the configuration is mounted.
  private struct Task {
    let user: Drydock
    let service: FakeS3
    let configuration: String
    let secrets: String

    init(on server: TestServer) throws {
      service = try FakeS3()
      let environment = [
        "DRYDOCK_PASSPHRASE": "", "DRYDOCK_REPOSITORY": "", "DRYDOCK_PATCHES": "",
      ]
      user = try Drydock(on: server, isNew: false, environment)
      secrets = try user.file("secrets", "")
      // The secrets manager of this cluster: a program that answers who may ask.
      let manager = try user.file(
        "secrets-manager",
        """
        #!/bin/sh
        [ ! -e '\(user.directory)/denied' ] || { echo 'AccessDenied: not authorized' >&2; exit 254; }
        case "$1" in
          passphrase) echo '\(user.passphrase)' ;;
          store) echo '{"Version": 1, "AccessKeyId": "\(FakeS3.accessKey)", \
        "SecretAccessKey": "\(FakeS3.secret)"}' ;;
        esac

        """
      )
      try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: manager)
      configuration = try user.file(
        "task.yaml",
        """
        repository: s3://\(FakeS3.name)/nightly
        endpoint: \(service.address)
        passphrase_command: [\(manager), passphrase]
        credentials_command: [\(manager), store]
        patches: \(user.patches)
        runbook:
          waves:
            - {name: portal, run: [/bin/sh, -c, "env > \(user.directory)/seen"]}

        """
      )
    }

    /// Starts a task as the role that its variable names: through the image's entry point where
    /// `DRYDOCK_TEST_ENTRY_POINT` says where that is, else as that does, by the command of that name.
    func run(_ role: String, _ words: [String]) throws -> Run {
      guard let script = ProcessInfo.processInfo.environment["DRYDOCK_TEST_ENTRY_POINT"] else {
        return try command([role] + words)
      }
      let own = URL(fileURLWithPath: Drydock.program).deletingLastPathComponent().path
      let inherited = ProcessInfo.processInfo.environment["PATH"] ?? ""
      return try user.run(
        shell: "'\(script)' "
          + words.map { "'\($0.replacing("'", with: "'\\''"))'" }.joined(separator: " "),
        ["DRYDOCK_ROLE": role, "DRYDOCK_CONFIG": configuration, "PATH": "\(own):\(inherited)"]
      )
    }

    /// Runs another command with what the tasks have.
    func command(_ words: [String]) throws -> Run {
      try user.run(words, ["DRYDOCK_CONFIG": configuration], secrets: [FakeS3.secret])
    }

    func file(_ name: String) -> String { "\(user.directory)/\(name)" }
  }

  static func run(without feature: Feature?, on server: TestServer) throws -> Findings<Check> {
    try withDatabase(on: server) { database in
      let task = try Task(on: server)
      let connection = try Connection.open(database)
      var findings = Findings<Check>()
      try task.command(["init"]).require(0)
      try denied(task, database, without: feature, &findings)
      try connection.execute("CREATE TABLE release AS SELECT 'tried' AS state")
      try task.run("backup", [database.argument, "--tag", "image=latest"]).require(0)
      try task.run("verify", ["image=latest"]).require(0)
      try connection.execute("UPDATE release SET state = 'pushed last, and not tried'")
      try task.run("backup", [database.argument]).require(0)
      try children(task, database, without: feature, &findings)
      try withDatabase(on: server) { target in
        let snapshot = feature == .tag ? "latest" : "image=latest"
        try task.command(["restore", snapshot, "--into", target.argument]).require(0)
        try findings.ask(
          .onlyWhatWasReleasedIsDeployed,
          "state = 'tried' FROM release",
          try Connection.open(target)
        )
      }
      #expect(task.service.objects.keys.count { $0.hasPrefix("nightly/snapshots/") } == 2)
      return findings
    }
  }

  /// The task may not read its secrets: nothing is done, and it says by whom it was denied.
  private static func denied(
    _ task: Task,
    _ database: ConnectionSettings,
    without feature: Feature?,
    _ findings: inout Findings<Check>
  ) throws {
    _ = try task.user.file("denied", "")
    if feature == .failure {
      let pipe = "'\(task.file("secrets-manager"))' passphrase | cat > '\(task.file("backup"))'"
      let run = try task.user.run(shell: pipe)
      findings.note(.denialIsTold, run.code != 0, "\(run)")
    } else {
      let run = try task.run("backup", [database.argument])
      let isTold =
        run.code == 2 && run.missingOfError == [] && run.errors.contains("secrets-manager")
      findings.note(.denialIsTold, isTold, "\(run)")
    }
    #expect(!task.service.objects.keys.contains { $0.hasPrefix("nightly/snapshots/") })
    try FileManager.default.removeItem(atPath: task.file("denied"))
  }

  /// A program that a task starts looks at what it was given.
  private static func children(
    _ task: Task,
    _ database: ConnectionSettings,
    without feature: Feature?,
    _ findings: inout Findings<Check>
  ) throws {
    if feature == .secretsFromACommand {
      let manager = task.file("secrets-manager")
      let script = "export PASSPHRASE=$('\(manager)' passphrase); env > '\(task.file("seen"))'"
      #expect(try task.user.run(shell: script).code == 0)
    } else {
      let since = ["--since", "2026-01-01T00:00Z", "--database", database.argument]
      try task.command(["waves"] + since).require(0)
    }
    let seen = try String(contentsOfFile: task.file("seen"), encoding: .utf8)
    let secrets = [task.user.passphrase, FakeS3.secret]
    findings.note(.noChildSawASecret, !secrets.contains(where: seen.contains), "the environment")
  }
}
