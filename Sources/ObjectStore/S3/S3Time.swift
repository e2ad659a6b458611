/// A moment in whole seconds since 1970, in the three ways that S3 writes it.
struct S3Time: Sendable, Equatable {
  var seconds: Int64

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  init(seconds: Int64) { self.seconds = seconds }

  /// Reads `2013-05-24T00:00:00.000Z`, with or without a fraction, as listings have it.
  init?(listed text: String) {
    guard text.utf8.count <= 40, let part = text.split(separator: "T").first,
      text.hasSuffix("Z")
    else { return nil }
    let day = part.split(separator: "-").map { Int64($0) }
    let clock = text.dropFirst(part.count + 1).dropLast().prefix { $0 != "." }
    self.init(day, clock)
  }

  /// Reads `Fri, 24 May 2013 00:00:00 GMT`, as the field `Date` has it (RFC 9110, 5.6.7).
  init?(field text: String) {
    let words = text.split(separator: " ")
    guard text.utf8.count <= 40, words.count == 6, words[5] == "GMT",
      let month = Self.months.firstIndex(of: String(words[2]))
    else { return nil }
    self.init([Int64(words[3]), Int64(month) + 1, Int64(words[1])], words[4])
  }

  private init?(_ day: [Int64?], _ clock: Substring) {
    let day = day.compactMap { $0 }
    let clock = clock.split(separator: ":").compactMap { Int64($0) }
    guard day.count == 3, clock.count == 3, (1970...9999).contains(day[0]),
      (1...12).contains(day[1]), (1...31).contains(day[2]), (0...23).contains(clock[0]),
      (0...59).contains(clock[1]), (0...60).contains(clock[2])
    else { return nil }
    let days = Self.days(day[0], day[1], day[2])
    seconds = days * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2]
  }

  /// As signatures have it: `20130524T000000Z`.
  var stamp: String {
    let (year, month, day) = Self.date(seconds / 86_400)
    let rest = seconds % 86_400
    let date = Self.digits(year, 4) + Self.digits(month, 2) + Self.digits(day, 2)
    let clock = [rest / 3600, rest / 60 % 60, rest % 60].map { Self.digits($0, 2) }.joined()
    return "\(date)T\(clock)Z"
  }

  private static func digits(_ number: Int64, _ count: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }

  /// Days since 1970; years begin in March here, so that the leap day is the last of its year.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
  }

  /// The date of a day since 1970.
  private static func date(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    var year = 1970 + days / 366
    while Self.days(year + 1, 1, 1) <= days { year += 1 }
    var month: Int64 = 1
    while month < 12, Self.days(year, month + 1, 1) <= days { month += 1 }
    return (year, month, days - Self.days(year, month, 1) + 1)
  }
}
