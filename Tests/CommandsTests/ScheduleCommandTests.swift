import Foundation
import Problems
import Schedule
import TestSupport
import Testing

@testable import Commands

@Suite("The command schedule")
struct ScheduleCommandTests {
  private static let whole = """
    repository: ROOT/backups
    database: shop
    keep: {daily: 7}
    schedule:
      backup: {every: 15m}
      forget: {at: "03:00"}
      collect: {at: ["03:10", "15:10"]}
      verify: {at: "04:00", days: [sun], level: 3}
      copy: {at: "06:00", day: 1, to: ROOT/elsewhere}
      jitter: 5m
      priority: low
    profiles:
      shop 100%:
        schedule: {backup: {every: 1h}}
    """

  /// Runs the program in a sandbox that is configured; paths in what it says begin with `ROOT`.
  private func run(
    _ words: [String],
    _ text: String = Self.whole,
    _ sandbox: Sandbox? = nil
  ) async throws -> (status: Commands.ExitStatus, output: String, errors: String) {
    let sandbox = try sandbox ?? Sandbox()
    let root = sandbox.root.path
    let file = try sandbox.write(
      "home/.config/drydock/drydock.yaml",
      text.replacing("ROOT", with: root)
    )
    #expect(file.hasPrefix(root))
    var world = sandbox.world()
    world.now = { Date(timeIntervalSince1970: 1_795_313_700) }
    let status = await Program(world: world).run(words)
    let program = ProcessInfo.processInfo.arguments[0]
    let hide = { (text: String) in
      text.replacing(root, with: "ROOT").replacing(Self.thisProgram, with: "/usr/bin/drydock")
        .replacing(program, with: "/usr/bin/drydock")
    }
    return (status, hide(world.output.captured), hide(world.errors.captured))
  }

  private static let thisProgram =
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""

  @Test("The plan is shown with what is due, before any run")
  func overview() async throws {
    let (status, output, errors) = try await run(["schedule", "--json"])
    #expect(status == .done && errors.isEmpty, "\(errors)")
    #expect(
      output.contains(#""task":"verify","when":"sun at 04:00","words":["--level=3","--oldest"]"#)
    )
    #expect(output.contains(#""task":"collect","when":"daily at 03:10, 15:10""#))
    let text = try await run(["schedule"])
    #expect(
      text.output.contains("never") && text.output.contains("drydock verify --level=3 --oldest")
    )
  }

  @Test("Units lead to the same configuration, and can write where repositories are")
  func systemd() async throws {
    let (status, output, _) = try await run(["schedule", "--systemd", "--user", "drydock"])
    #expect(status == .done)
    try Golden.check(output, "schedule-systemd.txt")
  }

  @Test("Lines of a crontab: a user's own, and those of /etc/cron.d")
  func cron() async throws {
    let (status, output, _) = try await run(["schedule", "--cron"])
    #expect(status == .done)
    try Golden.check(output, "schedule-cron.txt")
    let machine = try await run([
      "schedule", "--cron", "--user", "drydock", "--profile", "shop 100%",
    ])
    #expect(
      machine.output.contains(
        """
        0 * * * * drydock /usr/bin/drydock schedule --run backup --config \
        ROOT/home/.config/drydock/drydock.yaml --profile 'shop 100\\%'

        """
      ),
      "\(machine.output)"
    )
  }

  @Test("A timer finds what the configuration names as seen from here")
  func relative() async throws {
    let text = """
      repository: backups
      passphrase_file: words
      database: shop
      schedule: {backup: {every: 1h}}
      """
    let (status, output, errors) = try await run(["schedule", "--cron"], text)
    #expect(status == .done, "\(errors)")
    #expect(
      output.contains(
        "--repository ROOT/checkout/backups --passphrase-file ROOT/checkout/words\n"
      ),
      "\(output)"
    )
  }

  @Test("Units are written to a directory, and what to do next is said")
  func written() async throws {
    let sandbox = try Sandbox()
    let (status, output, errors) = try await run(
      ["schedule", "--systemd", "-o", "../etc", "--profile", "shop 100%"],
      Self.whole,
      sandbox
    )
    #expect(status == .done && output.isEmpty, "\(errors)")
    #expect(
      errors.contains("systemctl --user enable --now 'drydock-shop\\x20100\\x25-backup.timer'")
    )
    let files = try FileManager.default.contentsOfDirectory(atPath: sandbox.root.path + "/etc")
      .sorted()
    #expect(
      files == ["drydock-shop\\x20100\\x25-backup.timer", "drydock-shop\\x20100\\x25@.service"]
    )
  }

  @Test("What a timer will not see is told")
  func variables() async throws {
    let sandbox = try Sandbox()
    sandbox.environment["DRYDOCK_PASSPHRASE"] = "open sesame"
    sandbox.environment["DRYDOCK_REPOSITORY"] = "/srv/other"
    let (status, _, errors) = try await run(["schedule", "--cron"], Self.whole, sandbox)
    #expect(status == .done)
    #expect(
      errors.contains("does not see these variables: DRYDOCK_PASSPHRASE, DRYDOCK_REPOSITORY;"),
      "\(errors)"
    )
    #expect(!errors.contains("sesame"))
  }

  @Test("So are the variables of libpq and of the store that the plan relies on, never a secret")
  func foreignVariables() async throws {
    let sandbox = try Sandbox()
    let text = """
      repository: s3://ships/nightly
      region: eu-central-1
      database: service=shop port=6432
      schedule: {backup: {every: 1h}}
      """
    sandbox.environment.merge([
      "PGHOST": "db9", "PGPORT": "7", "PGSSLROOTCERT": "/etc/ca.pem", "PGUSER": "",
      "PGPASSWORD": "sesame1", "PGSERVICEFILE": "/etc/services", "AWS_REGION": "moon",
      "AWS_ENDPOINT_URL": "https://store.example.org", "AWS_PROFILE": "ships",
      "AWS_ACCESS_KEY_ID": "sesame2", "AWS_SECRET_ACCESS_KEY": "sesame3",
    ]) { $1 }
    let (status, output, errors) = try await run(["schedule", "--systemd"], text, sandbox)
    #expect(status == .done)
    let known = [
      "PGHOST, PGSSLROOTCERT; write what they say as keywords into 'database:'",
      "PGPASSWORD; no secret is written into a timer: put it into ~/.pgpass",
      "AWS_ENDPOINT_URL; write what they say into 'endpoint:'",
      "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY; no secret is written into a timer: put them into",
      "AWS_PROFILE, PGSERVICEFILE; write Environment=NAME=VALUE for each into a drop-in",
    ]
    for words in known {
      #expect(errors.contains("a timer does not see these variables: \(words)"), "\(errors)")
    }
    // What the configuration says itself, and what is empty, is not missed.
    for name in ["PGPORT", "PGUSER", "AWS_REGION"] { #expect(!errors.contains(name), "\(errors)") }
    #expect(!(output + errors).contains("sesame"))
    let cron = try await run(["schedule", "--cron"], text, sandbox)
    #expect(cron.errors.contains("PGSERVICEFILE; write a line NAME=VALUE for each"))
    #expect(!(cron.output + cron.errors).contains("sesame"))
  }

  @Test("What the plan does not rely on is not told")
  func otherVariables() async throws {
    let sandbox = try Sandbox()
    sandbox.environment["PGHOST"] = "db9"
    sandbox.environment["AWS_PROFILE"] = "ships"
    let text = "repository: ROOT/backups\ndatabase: shop\nschedule: {check: {every: 1h}}\n"
    let (status, _, errors) = try await run(["schedule", "--cron"], text, sandbox)
    #expect(status == .done && errors.isEmpty, "\(errors)")
    let copy = "schedule: {copy: {every: 1h, to: s3://elsewhere/shop}}\n"
    let away = try await run(["schedule", "--cron"], "repository: ROOT/backups\n" + copy, sandbox)
    #expect(away.errors.contains("AWS_PROFILE;") && !away.errors.contains("PGHOST"), "\(away)")
  }

  @Test(
    "What cannot be meant is refused, with what to write",
    arguments: [
      (["--systemd", "--cron"], "--systemd and --cron do not go together"),
      (["--run", "backup", "--foreground"], "do not go together"),
      (["--cron", "-o", "/tmp"], "--output goes with --systemd alone"),
      (["--user", "a"], "--user goes with --systemd or --cron alone"),
      (["--wait"], "--wait goes with --run alone"),
      (["--foreground", "--jitter"], "--jitter goes with --run alone"),
      (["--run", "check"], "The plan has no task 'check'"),
      (["--run", ","], "No task is named"),
      (["--cron", "--user", "a\nb"], "No timer can be written with the line break"),
    ]
  )
  func contradictions(words: [String], expected: String) async throws {
    let (status, _, errors) = try await run(["schedule"] + words)
    #expect(status == .usage && errors.contains(expected), "\(errors)")
  }

  @Test("Without a plan, or with one that forgets without a policy, it is said what to write")
  func missing() async throws {
    let none = try await run(["schedule"], "repository: ROOT/backups\n")
    #expect(none.status == .usage && none.errors.contains("schedule: {backup:"), "\(none.errors)")
    let text = "repository: ROOT/backups\nschedule: {forget: {every: 1h}}\n"
    let policy = try await run(["schedule"], text)
    #expect(
      policy.status == .usage && policy.errors.contains("'keep: {daily: 7"),
      "\(policy.errors)"
    )
  }

  @Test("A task that fails says one thing, and is remembered")
  func failure() async throws {
    let sandbox = try Sandbox()
    let text =
      "repository: ROOT/backups\ndatabase: shop\nschedule: {check: {every: 1h}, retries: 0}\n"
    let (status, output, errors) = try await run(["schedule", "--run", "check"], text, sandbox)
    #expect(status == .failed && output.isEmpty)
    #expect(errors.hasPrefix("drydock: ") && errors.contains("task: check"), "\(errors)")
    #expect(errors.contains("log: ROOT/home/.local/state/drydock/schedule/default-"))
    let shown = try await run(["schedule"], text, sandbox)
    #expect(shown.output.contains("failed (1):") && shown.output.contains("never succeeded"))
  }

  @Test("State lies where systemd, the user or the specification says")
  func stateDirectory() throws {
    let sandbox = try Sandbox()
    let home = sandbox.root.path + "/home"
    let context = { Context(sandbox.world(), Configuration(), SharedOptions()) }
    #expect(try context().stateDirectory() == home + "/.local/state/drydock")
    sandbox.environment["XDG_STATE_HOME"] = "/var/lib/private"
    #expect(try context().stateDirectory() == "/var/lib/private/drydock")
    sandbox.environment = [:]
    let error = #expect(throws: Problem.self) { try context().stateDirectory() }
    #expect(error?.code == "usage.no-state-directory")
  }
}
