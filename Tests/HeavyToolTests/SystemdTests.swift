import Files
import Foundation
import Processes
import TestSupport
import Testing

@Suite("Units, as systemd reads them")
struct SystemdTests {
  /// A user with a plan that has a rhythm of each kind; systemd looks whether the program is there.
  private func user() throws -> Drydock {
    let user = try Drydock(on: .v15)
    let place = "\(user.directory)/home/.config/drydock"
    try Directory.create(place)
    let text = """
      repository: \(user.repository)
      database: shop
      keep: {daily: 7}
      schedule:
        backup: {every: 15m}
        forget: {every: 6h}
        collect: {at: ["03:10", "15:10"]}
        verify: {at: "04:00", days: [sun, wed], level: 3}
        check: {at: "05:00", day: 28}
        copy: {every: 24h, to: '/srv/a "second" 100% place'}
        jitter: 5m
        priority: idle
      profiles:
        shop/eu 100%:
          schedule: {backup: {every: 1h}}
      """
    try AtomicFile.write(Array(text.utf8), to: "\(place)/drydock.yaml")
    return user
  }

  /// Runs a program that must be there: a machine without it must not pass in silence.
  private func systemd(_ arguments: [String]) throws -> Outcome {
    let isThere = (try? ProgramPath.find("systemd-analyze")) != nil
    try #require(isThere, "systemd-analyze is missing: apt-get install systemd")
    return try Invocation("systemd-analyze", arguments).run(timeLimit: .seconds(60))
  }

  @Test(
    "It finds nothing wrong with a service, nor with any timer",
    arguments: [["--user", "root"], [], ["--profile", "shop/eu 100%", "--user", "root"]]
  )
  func verified(words: [String]) throws {
    let user = try user()
    let place = "\(user.directory)/units"
    try Directory.create(place)
    try user.run(["schedule", "--systemd", "-o", place] + words).require(0)
    let files = try Directory.entries(of: place).map(\.name)
    #expect(files.count == (words.contains("--profile") ? 2 : 7))
    // A template is looked at as one of its instances.
    let units = files.map { $0.replacing("@.service", with: "@backup.service") }
    for (file, unit) in zip(files, units) where file != unit {
      try FileManager.default.copyItem(atPath: "\(place)/\(file)", toPath: "\(place)/\(unit)")
    }
    let outcome = try systemd(["verify", "--man=no"] + units.map { "\(place)/\($0)" })
    let words = outcome.errors.split(separator: "\n").filter { $0.contains("drydock") }
    #expect(outcome.status.isSuccess && words.isEmpty, "\(outcome.errors)")
  }

  @Test("Its calendar means what the plan says")
  func calendar() throws {
    let user = try user()
    let printed = try user.run(["schedule", "--systemd"]).require(0).output
    let calendars = printed.split(separator: "\n").filter { $0.hasPrefix("OnCalendar=") }
      .map { String($0.dropFirst("OnCalendar=".count)) }
    #expect(calendars.count == 7)
    for calendar in calendars {
      let outcome = try systemd(["calendar", calendar])
      #expect(outcome.status.isSuccess, "\(calendar): \(outcome.errors)")
    }
  }
}
