public import Arguments
internal import Problems

/// The options by which a command works on every database of the fleet.
public struct FleetOptions: ArgumentGroup, Equatable {
  /// Whether it works on the fleet.
  public var isFleet = false
  /// Patterns of the members that are meant; empty for all.
  public var only: [String] = []
  /// How many are worked on at once.
  public var concurrency: Int?
  /// Files to write: `html=FILE`, `junit=FILE` and others.
  public var reports: [String] = []

  /// Makes the options with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    flag("--fleet", \.isFleet, "Work on every database of the configured fleet.")
      .listed(under: heading)
    option("--only", \.only, value: "PATTERN", "Only members whose name fits, such as 'shop_*'.")
      .listed(under: heading)
    option("--concurrency", \.concurrency, value: "N", "Members at the same time (default 4).")
      .listed(under: heading)
    option(
      "--report",
      \.reports,
      value: "FORMAT=FILE",
      "Write the fleet's report: \(formats.map(\.rawValue).joined(separator: ", "))."
    ).listed(under: heading)
  }

  private static let heading = "Many databases"

  /// The formats that have a place for what came of many; the others are about lines of files.
  static let formats: [ReportFile.Format] = [.html, .markdown, .json, .junit]

  /// The files to write; a `Problem` of kind `usage` for a format that does not fit.
  func files() throws -> [ReportFile] {
    try reports.map { text in
      let file = try ReportFile(text)
      guard Self.formats.contains(file.format) else {
        throw Self.wrong(
          "The report of a fleet is not written as \(file.format.rawValue)",
          "Choose one of: \(Self.formats.map(\.rawValue).joined(separator: ", "))."
        )
      }
      return file
    }
  }

  /// Refuses what means nothing without a fleet, or nothing at all.
  func check() throws {
    if let concurrency, !(1...FleetSettings.concurrencyLimit).contains(concurrency) {
      throw Self.wrong("--concurrency must be from 1 to \(FleetSettings.concurrencyLimit)", nil)
    }
    guard !isFleet else { return }
    let given = [
      ("--only", !only.isEmpty), ("--concurrency", concurrency != nil),
      ("--report", !reports.isEmpty),
    ]
    guard let first = given.first(where: { $0.1 }) else { return }
    throw Self.wrong("\(first.0) belongs to --fleet", "Give --fleet with it, or leave it out.")
  }

  private static func wrong(_ summary: String, _ hint: String?) -> Problem {
    Problem(.usage, code: "usage.fleet", summary, hint: hint)
  }
}
