import Problems
import Processes
import Schedule
import TestSupport
import Testing

@testable import Commands

@Suite("The plan, its hooks and its pings in the configuration")
struct ScheduleSettingsTests {
  private func settings(_ text: String, isTrusted: Bool = true) throws -> ScheduleSettings {
    try ConfigurationFile.parse(text, path: "drydock.yaml", isTrusted: isTrusted).settings.schedule
  }

  private static let whole = """
    schedule:
      copy:
        {at: "06:00", to: s3://elsewhere/shop, to_passphrase_file: /etc/drydock/elsewhere, limit: none}
      backup: {every: 15m, jobs: 4}
      forget: {at: "03:00"}
      collect: {at: ["03:10", "15:10"], max_repack: 10GiB}
      verify: {at: "04:00", days: [sun, wed], level: 3, max_age: 6d, limit: 1d12h}
      check: {at: "05:00", day: 1, read_data: 10%}
      jitter: 5m
      retries: 3
      retry_after: 1m
      limit: 6h
      priority: idle
    hooks:
      before: [[/usr/bin/mount, /srv/backups]]
      after: [[/usr/bin/umount, /srv/backups], [/bin/true]]
      failure: [[/usr/local/bin/page, "the dba"]]
      limit: 2m
    ping:
      success: https://hc.example.org/k3y/shop-{task}
    """

  @Test("A whole plan is read, its tasks in the order of a night")
  func plan() throws {
    let plan = try #require(try settings(Self.whole).plan)
    #expect(plan.entries.map(\.task) == ScheduledTask.allCases)
    #expect(
      plan.entries.map { "\($0.rhythm.text): \($0.words.joined(separator: " "))" } == [
        "every 15m: --jobs=4", "daily at 03:00: ", "daily at 03:10, 15:10: --max-repack=10GiB",
        "wed, sun at 04:00: --level=3 --max-age=6d --oldest", "day 1 at 05:00: --read-data=10%",
        "daily at 06:00: --to=s3://elsewhere/shop --to-passphrase-file=/etc/drydock/elsewhere",
      ]
    )
    #expect(plan.jitter == .seconds(300) && plan.retries == 3 && plan.retryAfter == .seconds(60))
    #expect(plan.priority == .idle && plan.limit == .within(.seconds(6 * 3600)))
    #expect(plan.entry(.verify)?.limit == .within(.seconds(36 * 3600)))
    #expect(plan.entry(.copy)?.limit == .unlimited && plan.entry(.backup)?.limit == nil)
  }

  @Test("Hooks and pings are read")
  func around() throws {
    let settings = try settings(Self.whole)
    #expect(settings.hooks?.before == [["/usr/bin/mount", "/srv/backups"]])
    #expect(settings.hooks?.after.count == 2 && settings.hooks?.limit == .seconds(120))
    #expect(settings.hooks?.failure == [["/usr/local/bin/page", "the dba"]])
    #expect(settings.pings?.success?.description == "https://hc.example.org")
    #expect(settings.pings?.start == nil)
  }

  @Test("What is left out has a value: the oldest proof's turn, two retries, the usual priority")
  func defaults() throws {
    let plan = try #require(try settings("schedule: {verify: {every: 1h}}").plan)
    #expect(plan.entries == [.init(.verify, .every(minutes: 60), words: ["--oldest"])])
    #expect(plan.jitter == .zero && plan.retries == 2 && plan.priority == .normal)
    #expect(plan.limit == .within(.seconds(24 * 3600)))
    let latest = try settings("schedule: {verify: {every: 1h, snapshot: latest}}").plan
    #expect(latest?.entries.first?.words == ["latest"])
  }

  @Test("The plan of a profile stands instead of the one at the top, as a whole")
  func profile() throws {
    let text = """
      schedule: {backup: {every: 1h}, forget: {at: "03:00"}}
      ping: {success: "https://hc.example.org/a"}
      profiles:
        shop:
          schedule: {backup: {every: 15m}}
      """
    let file = try ConfigurationFile.parse(text, path: "drydock.yaml", isTrusted: true)
    let shop = try #require(file.profiles["shop"])
    let merged = shop.schedule.completed(with: file.settings.schedule)
    #expect(merged.plan?.entries == [.init(.backup, .every(minutes: 15))])
    #expect(merged.pings?.success != nil)
  }

  @Test(
    "What is wrong is told with its line",
    arguments: [
      ("schedule: {}", "at least one task"),
      ("schedule: {backups: {every: 1h}}", "Did you mean 'backup'?"),
      ("schedule: {backup: {every: 25m}}", "must divide an hour or a day"),
      ("schedule: {backup: {every: 15m, at: \"02:00\"}}", "Either 'every' or 'at'"),
      ("schedule: {backup: {}}", "Either 'every' or 'at'"),
      ("schedule: {backup: {every: 1h, days: [sun]}}", "neither 'days' nor 'day'"),
      ("schedule: {backup: {at: \"2:00\"}}", "A time of day is expected"),
      ("schedule: {backup: {at: [\"02:00\", \"02:00\"]}}", "One time of day or several"),
      ("schedule: {backup: {at: \"02:00\", days: [sunday]}}", "There is no day 'sunday'"),
      ("schedule: {backup: {at: \"02:00\", day: 29}}", "every month has those"),
      ("schedule: {backup: {at: \"02:00\", day: 1, days: [sun]}}", "do not go together"),
      ("schedule: {backup: {every: 1h, level: 3}}", "There is no key 'level'"),
      ("schedule: {verify: {every: 1h, level: 7}}", "There is no level 7"),
      ("schedule: {verify: {every: 1h, max_age: soon}}", "--max-age is not a length of time"),
      ("schedule: {check: {every: 1h, read_data: 200%}}", "is not a share"),
      ("schedule: {copy: {every: 1h}}", "The key 'to' is missing"),
      ("schedule: {backup: {every: 5m}, jitter: 5m}", "shorter than the pause"),
      ("schedule: {backup: {every: 5m}, priority: lowest}", "one of idle, low, normal"),
      ("schedule: {backup: {every: 5m}, retries: many}", "from 0 to 20"),
      ("schedule: {backup: {every: 5m}, limit: 0s}", "at least 1s, or 'none'"),
      ("schedule: {backup: {every: 5m, limit: soon}}", "at least 1s, or 'none'"),
      ("hooks: {before: [umount /srv]}", "A list of words"),
      ("hooks: {before: [[umount, /srv]]}", "must be an absolute path"),
      ("hooks: {befor: [[/bin/true]]}", "Did you mean 'before'?"),
      ("ping: {success: \"http://hc.example.org/k3y\"}", "no address that can be told"),
      ("ping: {sucess: \"https://hc.example.org/k3y\"}", "Did you mean 'success'?"),
    ]
  )
  func wrong(text: String, words: String) throws {
    let error = #expect(throws: Problem.self) { try settings(text) }
    #expect(error?.kind == .usage && error?.summary.hasPrefix("drydock.yaml:1:") == true)
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    #expect(error?.description.contains("k3y") == false)
  }

  @Test(
    "None of it is believed in a checkout",
    arguments: [
      "schedule: {backup: {every: 1h}}", "hooks: {before: [[/bin/true]]}",
      "ping: {success: \"https://hc.example.org/a\"}",
    ]
  )
  func untrusted(text: String) throws {
    let error = #expect(throws: Problem.self) { try settings(text, isTrusted: false) }
    #expect(error?.code == "configuration.untrusted-key")
  }
}
