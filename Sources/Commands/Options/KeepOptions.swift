public import Arguments
internal import Snapshot

/// What to keep, given on the command line; it replaces what is configured as a whole.
public struct KeepOptions: ArgumentGroup, Equatable {
  var last: Int?
  var hourly: Int?
  var daily: Int?
  var weekly: Int?
  var monthly: Int?
  var yearly: Int?
  var tags: [String] = []
  var minimum: Int?

  /// Makes the options with nothing given.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option("--keep-last", \.last, value: "N", "Keep the newest N of each database.")
    option("--keep-hourly", \.hourly, value: "N", "Keep the newest of each of N hours.")
    option("--keep-daily", \.daily, value: "N", "Keep the newest of each of N days.")
    option("--keep-weekly", \.weekly, value: "N", "Keep the newest of each of N weeks.")
    option("--keep-monthly", \.monthly, value: "N", "Keep the newest of each of N months.")
    option("--keep-yearly", \.yearly, value: "N", "Keep the newest of each of N years.")
    option(
      "--keep-tag",
      \.tags,
      value: "TAG",
      "Keep all with this tag: K or K=V; can be repeated.",
      completion: .tags
    )
    option("--keep-minimum", \.minimum, value: "N", "Never leave a database fewer; at least 1.")
  }

  /// The policy that is given here; nil when nothing is.
  var policy: RetentionPolicy? {
    guard self != Self() else { return nil }
    var policy = RetentionPolicy()
    policy.last = last ?? 0
    policy.hourly = hourly ?? 0
    policy.daily = daily ?? 0
    policy.weekly = weekly ?? 0
    policy.monthly = monthly ?? 0
    policy.yearly = yearly ?? 0
    policy.tags = tags
    policy.minimum = max(1, minimum ?? 1)
    return policy
  }
}
