internal import Arguments
internal import Backup
internal import Problems
internal import Repository

/// How snapshots are read and stored, as one place gave it.
struct BackupSettings: Sendable, Equatable {
  var compression: BackupOptions.Compression?
  var delta: DeltaPolicy?
  /// Days after which everything is read whole again.
  var fullReadEvery: Double?
  var checkpoint: BackupOptions.Checkpoint?
  /// Seconds to wait for a checkpoint.
  var maxWait: Double?
  var trustsUptime: Bool?
  /// The directory of the user's own queries.
  var queries: String?

  /// The code of a value that cannot be read.
  static let code = "configuration.bad-value"

  /// These settings, completed with those of a place that counts less.
  func completed(with other: BackupSettings) -> BackupSettings {
    BackupSettings(
      compression: compression ?? other.compression,
      delta: delta ?? other.delta,
      fullReadEvery: fullReadEvery ?? other.fullReadEvery,
      checkpoint: checkpoint ?? other.checkpoint,
      maxWait: maxWait ?? other.maxWait,
      trustsUptime: trustsUptime ?? other.trustsUptime,
      queries: queries ?? other.queries
    )
  }

  /// Sets what is given here in the options of a backup.
  func apply(to options: inout BackupOptions) {
    if let compression { options.compression = compression }
    if let delta { options.delta = delta }
    if let fullReadEvery { options.fullReadEvery = fullReadEvery }
    if let checkpoint { options.checkpoint = checkpoint }
    if case .wait = options.checkpoint, let maxWait {
      options.checkpoint = .wait(seconds: maxWait)
    }
    if let trustsUptime { options.trustsUptime = trustsUptime }
  }

  /// Reads `auto` or a level of zstd.
  static func compression(
    _ text: String,
    _ place: String
  ) throws -> BackupOptions.Compression {
    if text == "auto" { return .auto }
    guard let level = Int(text), (0...19).contains(level) else {
      throw wrong(place, "auto, or a level from 0 (none) to 19")
    }
    return .level(level)
  }

  /// Reads `auto`, `always` or `never`.
  static func delta(_ text: String, _ place: String) throws -> DeltaPolicy {
    guard let policy = DeltaPolicy(rawValue: text) else {
      throw wrong(place, "auto, always or never")
    }
    return policy
  }

  /// Reads `wait` or `force`.
  static func checkpoint(_ text: String, _ place: String) throws -> BackupOptions.Checkpoint {
    switch text {
    case "wait": return .wait(seconds: nil)
    case "force": return .force
    default: throw wrong(place, "wait or force")
    }
  }

  /// Reads a time in days, such as `7d` or `12h`; `never` is 0.
  static func days(_ text: String, _ place: String) throws -> Double {
    if text == "never" { return 0 }
    let seconds = try seconds(text, place)
    guard seconds > 0 else { throw wrong(place, "a time such as 7d or 12h, or never") }
    return seconds / 86_400
  }

  /// Reads a time in seconds, such as `30s` or `5m`.
  static func seconds(_ text: String, _ place: String) throws -> Double {
    guard let duration = Duration(argument: text) else {
      throw wrong(place, Duration.expectation)
    }
    return duration.inSeconds
  }

  /// Reads `witness` or `trust-uptime`.
  static func history(_ text: String, _ place: String) throws -> Bool {
    switch text {
    case "witness": return false
    case "trust-uptime": return true
    default: throw wrong(place, "witness or trust-uptime")
    }
  }

  private static func wrong(_ place: String, _ expected: String) -> Problem {
    Problem(.usage, code: code, "\(place) must be \(expected)")
  }
}
