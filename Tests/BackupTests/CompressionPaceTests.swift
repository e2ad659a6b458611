import Testing

@testable import Backup

@Suite("The compression level follows what the worker can keep up with")
struct CompressionPaceTests {
  /// A machine whose seconds a test writes.
  private final class Machine {
    var clock = CompressionPace.Clock(now: 0, waited: 0, idle: 0)

    /// Lets a worker spend a second, partly waiting, while cores idle.
    func second(waited: Double, idle: Double?) {
      clock.now += 1
      clock.waited += waited
      clock.idle = idle.flatMap { idle in clock.idle.map { $0 + idle } }
    }
  }

  private let machine = Machine()
  private let raw = 8 << 20

  /// The levels after each window, in which chunks shrink to a share.
  private func levels(
    _ windows: [(waited: Double, idle: Double?, share: Double)]
  ) -> [Int] {
    let pace = CompressionPace { machine.clock }
    return windows.map { window in
      machine.second(waited: window.waited, idle: window.idle)
      pace.note(raw: raw, stored: Int(Double(raw) * window.share))
      return pace.level
    }
  }

  @Test("It rises while the worker waits, a core idles and less is stored")
  func rises() {
    let levels = levels([(0.9, 1, 0.3), (0.8, 1, 0.28), (0.7, 1, 0.27), (0.7, 1, 0.27)])
    #expect(levels == [3, 6, 6, 6])
  }

  @Test("It stays where every core is busy, though the worker waits, or where nobody knows")
  func busy() {
    #expect(levels([(0.9, 0.1, 0.3), (0.9, 0, 0.3)]) == [1, 1])
    #expect(levels([(0.9, nil, 0.3), (0.9, nil, 0.3)]) == [1, 1])
  }

  @Test("A level that stores no less is given back and not tried again")
  func worthless() {
    let levels = levels([(0.9, 1, 0.3), (0.8, 1, 0.299), (0.9, 1, 0.3), (0.9, 1, 0.3)])
    #expect(levels == [3, 1, 1, 1])
  }

  @Test("It falls as soon as the server waits for the worker")
  func falls() {
    #expect(levels([(0.9, 1, 0.3), (0.1, 1, 0.28), (0.1, 1, 0.3)]) == [3, 1, 1])
  }

  @Test("A fixed level is fixed")
  func fixed() {
    let pace = CompressionPace(level: 9)
    pace.note(raw: raw, stored: raw)
    #expect(pace.level == 9)
  }
}
