internal import Arguments
internal import Monitoring
internal import Problems
internal import Verification

/// What must have happened until when, and what it may cost, as one place gave it.
struct MonitoringSettings: Sendable, Equatable {
  /// Ages and databases; nil where nothing says.
  var health: HealthPolicy?
  /// What the repository may take and cost; nil where nothing says.
  var budget: Budget?

  /// These settings, completed with those of a place that counts less.
  func completed(with other: MonitoringSettings) -> MonitoringSettings {
    MonitoringSettings(health: health ?? other.health, budget: budget ?? other.budget)
  }

  /// Reads an age in seconds, such as `26h` or `8d`.
  static func age(_ text: String, _ place: String) throws -> Double {
    let seconds = try BackupSettings.seconds(text, place)
    guard seconds > 0 else { throw wrong(place, "longer than nothing, such as 26h") }
    return seconds
  }

  /// Reads an age in seconds, or `never`.
  static func ageOrNever(_ text: String, _ place: String) throws -> Double? {
    text == "never" ? nil : try age(text, place)
  }

  /// Reads a level of proof, 0 to 3.
  static func level(_ text: String, _ place: String) throws -> Proof.Level {
    guard let number = Int(text), let level = Proof.Level(rawValue: number) else {
      throw wrong(place, "a level from 0 to 3")
    }
    return level
  }

  /// Reads a size above nothing, such as `500GiB`.
  static func size(_ text: String, _ place: String) throws -> Int {
    guard let size = ByteSize(argument: text), size.bytes > 0 else {
      throw wrong(place, ByteSize.expectation)
    }
    return size.bytes
  }

  /// Reads a size in a month: `20GiB/month`.
  static func monthlySize(_ text: String, _ place: String) throws -> Int {
    let parts = text.split(separator: "/").map { $0.split(separator: " ").joined() }
    guard parts.count == 2, parts[1] == "month", let size = ByteSize(argument: parts[0]),
      size.bytes > 0
    else { throw wrong(place, "a size in a month such as 20GiB/month") }
    return size.bytes
  }

  /// Reads a price: `0.023 per GiB month`, in whatever money.
  static func price(_ text: String, _ place: String) throws -> Double {
    let words = text.split(separator: " ").map(String.init)
    guard words.count == 4, Array(words[1...]) == ["per", "GiB", "month"],
      let price = Double(words[0]), price.isFinite, price > 0
    else { throw wrong(place, "a price such as 0.023 per GiB month") }
    return price
  }

  /// Reads an amount of money above nothing, in the same money as the price.
  static func cost(_ text: String, _ place: String) throws -> Double {
    guard let cost = Double(text), cost.isFinite, cost > 0 else {
      throw wrong(place, "an amount such as 20 or 12.50, in the money of the price")
    }
    return cost
  }

  private static func wrong(_ place: String, _ expected: String) -> Problem {
    Problem(.usage, code: BackupSettings.code, "\(place) must be \(expected)")
  }
}
