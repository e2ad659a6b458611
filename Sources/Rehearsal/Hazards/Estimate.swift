/// How long a statement may take on production: a range with what it assumes, never a point.
///
/// The scratch's table is compact and warm, and its disk is never waited for. Production's may be as
/// good, or cold, bloated, busy and slower.
public struct Estimate: Sendable, Equatable {
  /// Seconds if production is as favourable as assumed.
  public let lower: Double
  /// Seconds if all assumptions turn out badly together.
  public let upper: Double

  /// How much faster or slower production's machine may be, under its load.
  static let machineFactor = 2.0
  /// How much larger a bloated table may be than the same rows freshly restored.
  static let bloatFactor = 2.0
  /// What a slow disk reads, in bytes a second.
  static let readRate = 100e6
  /// What a slow disk writes and flushes, in bytes a second.
  static let writeRate = 50e6

  /// What the range assumes, for people.
  public static let assumptions =
    "Production's machine is between half and twice as fast as this one; the table is up to twice"
    + " as large with bloat, and cold at worst; a slow disk reads 100 MB and writes 50 MB a second."
    + " Waiting for locks comes on top."

  /// Estimates from what was measured.
  ///
  /// - Parameters:
  ///   - seconds: the time here.
  ///   - bytes: what was read of tables.
  ///   - walBytes: what was written to the log.
  public init(seconds: Double, bytes: Int, walBytes: Int) {
    lower = seconds / Self.machineFactor
    upper =
      seconds * Self.machineFactor * Self.bloatFactor
      + Double(bytes) * Self.bloatFactor / Self.readRate + Double(walBytes) / Self.writeRate
  }
}
