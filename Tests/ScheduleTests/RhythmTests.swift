import Foundation
import Testing

@testable import Schedule

@Suite("When a task is due")
struct RhythmTests {
  private static let zurich = "Europe/Zurich"

  /// The next due times after an instant, in UTC.
  private func next(
    _ count: Int,
    _ rhythm: Rhythm,
    after text: String,
    in zone: String
  ) throws -> [String] {
    let zone = try #require(TimeZone(identifier: zone))
    let clock = LocalClock {
      zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval($0)))
    }
    var date = try Date(text, strategy: .iso8601)
    return (0..<count).map { _ in
      date = rhythm.next(after: date, on: clock)
      return date.formatted(.iso8601)
    }
  }

  private func time(_ text: String) throws -> TimeOfDay { try #require(TimeOfDay(text)) }

  @Test("A time of day comes every day, never at the instant itself")
  func daily() throws {
    #expect(
      try next(2, .at([try time("02:15")], .all), after: "2026-11-22T02:15:00Z", in: "UTC") == [
        "2026-11-23T02:15:00Z", "2026-11-24T02:15:00Z",
      ]
    )
  }

  @Test("Several times of a day come in their order, however they are written")
  func several() throws {
    let rhythm = Rhythm.at([try time("18:00"), try time("06:30")], .all)
    #expect(
      try next(3, rhythm, after: "2026-11-22T07:00:00Z", in: "UTC") == [
        "2026-11-22T18:00:00Z", "2026-11-23T06:30:00Z", "2026-11-23T18:00:00Z",
      ]
    )
  }

  @Test("A day of the week comes once a week; 2026-11-22 is a Sunday")
  func weekly() throws {
    let rhythm = Rhythm.at([try time("04:00")], .week([.sun, .wed]))
    #expect(
      try next(3, rhythm, after: "2026-11-22T04:00:00Z", in: "UTC") == [
        "2026-11-25T04:00:00Z", "2026-11-29T04:00:00Z", "2026-12-02T04:00:00Z",
      ]
    )
  }

  @Test("A day of the month comes once in each, also in February and over the end of a year")
  func monthly() throws {
    let rhythm = Rhythm.at([try time("05:00")], .month(28))
    #expect(
      try next(4, rhythm, after: "2026-11-28T05:00:00Z", in: "UTC") == [
        "2026-12-28T05:00:00Z", "2027-01-28T05:00:00Z", "2027-02-28T05:00:00Z",
        "2027-03-28T05:00:00Z",
      ]
    )
    #expect(
      try next(1, .at([try time("05:00")], .month(1)), after: "2027-01-31T23:00:00Z", in: "UTC")
        == ["2027-02-01T05:00:00Z"]
    )
  }

  @Test("A time that the night skips in spring comes when the clock has jumped")
  func gap() throws {
    // On 2026-03-29 the clock goes from 02:00 to 03:00, which is 01:00 UTC.
    let rhythm = Rhythm.at([try time("02:30")], .all)
    #expect(
      try next(3, rhythm, after: "2026-03-28T00:00:00Z", in: Self.zurich) == [
        "2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z",
      ]
    )
    let both = Rhythm.at([try time("02:30"), try time("03:00")], .all)
    #expect(
      try next(2, both, after: "2026-03-28T12:00:00Z", in: Self.zurich) == [
        "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z",
      ]
    )
  }

  @Test("A time that the night has twice in autumn comes once, the first time")
  func overlap() throws {
    // On 2026-10-25 the clock goes from 03:00 back to 02:00, which is 01:00 UTC.
    let rhythm = Rhythm.at([try time("02:30")], .all)
    #expect(
      try next(3, rhythm, after: "2026-10-24T12:00:00Z", in: Self.zurich) == [
        "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z", "2026-10-27T01:30:00Z",
      ]
    )
  }

  @Test("What is due every few minutes follows the clock through both nights")
  func minutes() throws {
    let rhythm = try #require(Rhythm(every: .seconds(1800)))
    #expect(
      try next(4, rhythm, after: "2026-10-25T00:00:00Z", in: Self.zurich) == [
        "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z",
        "2026-10-25T02:00:00Z",
      ]
    )
    #expect(
      try next(2, rhythm, after: "2026-03-29T00:45:00Z", in: Self.zurich) == [
        "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z",
      ]
    )
  }

  @Test("The grid begins at midnight of the zone, also where a zone is half an hour off")
  func grid() throws {
    let hourly = try #require(Rhythm(every: .seconds(3600)))
    #expect(
      try next(1, hourly, after: "2026-11-22T00:00:00Z", in: "Asia/Kolkata")
        == ["2026-11-22T00:30:00Z"]
    )
    // On Lord Howe Island the clock goes back by half an hour, on 2026-04-05 at 02:00 (15:00 UTC).
    #expect(
      try next(3, hourly, after: "2026-04-04T13:30:00Z", in: "Australia/Lord_Howe") == [
        "2026-04-04T14:00:00Z", "2026-04-04T15:30:00Z", "2026-04-04T16:30:00Z",
      ]
    )
  }

  @Test("Hours are those of the clock")
  func hours() throws {
    let rhythm = try #require(Rhythm(every: .seconds(6 * 3600)))
    #expect(
      try next(3, rhythm, after: "2026-03-28T20:00:00Z", in: Self.zurich) == [
        "2026-03-28T23:00:00Z", "2026-03-29T04:00:00Z", "2026-03-29T10:00:00Z",
      ]
    )
  }

  @Test(
    "Only what divides an hour or a day has a rhythm",
    arguments: [
      (60, true), (900, true), (3600, true), (21_600, true), (86_400, true), (0, false),
      (90, false), (1500, false), (5400, false), (18_000, false), (172_800, false),
    ]
  )
  func lengths(seconds: Int, isRhythm: Bool) {
    #expect((Rhythm(every: .seconds(seconds)) != nil) == isRhythm)
  }

  @Test(
    "A time of day is written as 02:15",
    arguments: ["2:15", "02:60", "24:00", "0215", "02:15:00", "-1:00"]
  )
  func times(text: String) {
    #expect(TimeOfDay(text) == nil)
    #expect(TimeOfDay("23:59")?.description == "23:59")
  }

  @Test("The shortest pause is that between two runs, over midnight too")
  func pauses() throws {
    #expect(
      Rhythm.at([try time("23:00"), try time("01:00")], .all).shortestPause == .seconds(7200)
    )
    #expect(Rhythm.at([try time("23:00")], .week([.sun])).shortestPause == .seconds(86_400))
    #expect(Rhythm.every(minutes: 15).shortestPause == .seconds(900))
  }

  @Test("People, systemd and cron read the same rhythm")
  func wording() throws {
    let (two, four) = (try time("02:15"), try time("16:05"))
    let rows: [(Rhythm, String, [String], [String])] = [
      (.every(minutes: 15), "every 15m", ["*-*-* *:00/15:00"], ["*/15 * * * *"]),
      (.every(minutes: 60), "every 1h", ["*-*-* *:00:00"], ["0 * * * *"]),
      (.every(minutes: 360), "every 6h", ["*-*-* 00/06:00:00"], ["0 */6 * * *"]),
      (.every(minutes: 1440), "every 24h", ["*-*-* 00:00:00"], ["0 0 * * *"]),
      (
        .at([four, two], .all), "daily at 02:15, 16:05",
        ["*-*-* 02:15:00", "*-*-* 16:05:00"], ["15 2 * * *", "5 16 * * *"]
      ),
      (
        .at([two], .week([.sun, .mon])), "mon, sun at 02:15", ["Mon,Sun *-*-* 02:15:00"],
        ["15 2 * * 1,7"]
      ),
      (.at([two], .month(1)), "day 1 at 02:15", ["*-*-01 02:15:00"], ["15 2 1 * *"]),
    ]
    for (rhythm, text, systemd, cron) in rows {
      #expect(rhythm.text == text)
      #expect(rhythm.systemdCalendar == systemd)
      #expect(rhythm.cronFields == cron)
    }
  }
}
