/// All nights, and what the targets say of them.
struct Figures: Codable, Sendable {
  /// The target for planning and commit of any night.
  static let secondsLimit = 60.0
  /// The target for the memory of the process.
  static let mibLimit = 512

  var stripes: Int
  var changedPercent: Int
  /// The slowest night's seconds of planning and commit.
  var slowestSeconds: Double
  var slowestSecondsAllowed = secondsLimit
  var peakMib: Int
  var peakMibAllowed = mibLimit
  var eachNight: [Night]
  var check: CheckFigures

  init(stripes: Int, changedPercent: Int, nights: [Night], check: CheckFigures) {
    self.stripes = stripes
    self.changedPercent = changedPercent
    slowestSeconds = nights.map(\.judgedSeconds).max() ?? 0
    peakMib = nights.map(\.peakMib).max() ?? 0
    eachNight = nights
    self.check = check
  }

  var meetsTargets: Bool {
    slowestSeconds <= slowestSecondsAllowed && peakMib <= peakMibAllowed
      && check.isSound && check.peakMib <= peakMibAllowed
  }

  /// One line for people.
  var verdict: String {
    let seconds = (slowestSeconds * 10).rounded() / 10
    return (meetsTargets ? "Met" : "MISSED")
      + ": planning and commit at most \(seconds) s of \(Int(slowestSecondsAllowed)) s, "
      + "memory at most \(peakMib) MiB of \(peakMibAllowed) MiB; \(check.text)."
  }
}
