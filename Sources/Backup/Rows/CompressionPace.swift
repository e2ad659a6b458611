internal import FoundationEssentials
internal import Repository

/// Chooses the compression level of one worker's chunks.
///
/// A worker that waits for its server while a processor core idles can afford a higher level; one
/// that the server waits for cannot. A higher level that does not store less is given back: of six
/// databases' rows in stripes of 110 kB level 3 made two larger than level 1, and four at most 6 %
/// smaller (measured). The level never changes a chunk's id, which is of its raw bytes.
final class CompressionPace {
  /// What the worker and the machine have done until now, in seconds.
  struct Clock {
    /// Since any fixed moment.
    var now: Double
    /// Of these, how long the worker has waited for its server.
    var waited: Double
    /// How long processor cores have idled, added up over all of them; nil where it is unknown.
    var idle: Double?
  }

  /// What one level did since it was chosen.
  private struct Trial {
    var raw = 0
    var stored = 0
    var share: Double { raw == 0 ? 1 : Double(stored) / Double(raw) }
  }

  private static let ladder = [1, 3, 6]
  /// Raw bytes between two choices: about 64 stripes.
  private static let span = 8 << 20
  /// A higher level must store this much less to be kept.
  private static let gain = 0.02

  /// The zstd level of the next chunk.
  private(set) var level: Int
  private let clock: (() -> Clock)?
  private var last: Clock
  private var trial = Trial()
  /// The share that the level below stored, while the current one is on trial.
  private var below: Double?
  /// The level that was not worth it, and above which nothing is tried.
  private var ceiling = ladder.count - 1

  /// A pace that chooses by a clock.
  init(clock: @escaping () -> Clock) {
    level = Self.ladder[0]
    self.clock = clock
    last = clock()
  }

  /// A level that never changes.
  init(level: Int) {
    self.level = level
    clock = nil
    last = Clock(now: 0, waited: 0, idle: nil)
  }

  /// Notes a chunk; known chunks and deltas say nothing about levels.
  func note(_ chunk: WrittenChunk) {
    guard chunk.isNew, !chunk.isDelta else { return }
    note(raw: chunk.rawLength, stored: chunk.storedLength)
  }

  /// Notes what a chunk was and what it became, in bytes.
  func note(raw: Int, stored: Int) {
    guard let clock else { return }
    trial.raw += raw
    trial.stored += stored
    guard trial.raw >= Self.span else { return }
    choose(clock())
  }

  private func choose(_ clock: Clock) {
    let elapsed = max(clock.now - last.now, 0.001)
    let waited = (clock.waited - last.waited) / elapsed
    let idle = clock.idle.flatMap { now in last.idle.map { (now - $0) / elapsed } } ?? 0
    guard let place = Self.ladder.firstIndex(of: level) else { return }
    if let below, trial.share > below * (1 - Self.gain) {
      ceiling = place - 1
      step(to: ceiling, below: nil)
    } else if waited < 0.2, place > 0 {
      step(to: place - 1, below: nil)
    } else if waited > 0.5, idle > 0.5, place < ceiling {
      step(to: place + 1, below: trial.share)
    } else {
      below = nil
    }
    trial = Trial()
    last = clock
  }

  private func step(to place: Int, below share: Double?) {
    level = Self.ladder[place]
    below = share
  }
}

extension CompressionPace {
  /// The seconds that all cores have idled since the system started (proc(5), `/proc/stat`).
  static func idleSeconds() -> Double? {
    guard let text = FileManager.default.contents(atPath: "/proc/stat"),
      let line = String(bytes: text, encoding: .utf8)?.split(separator: "\n").first
    else { return nil }
    let numbers = line.split(separator: " ").dropFirst().compactMap { Double($0) }
    // The fourth number counts hundredths of seconds.
    return numbers.count > 3 ? numbers[3] / 100 : nil
  }
}
