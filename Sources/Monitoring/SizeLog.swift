internal import Files
internal import FoundationEssentials
internal import Problems

/// What this machine has measured of a repository's size: one line for each time, `seconds bytes`.
///
/// A repository does not say how large it was last week: what collection has removed is gone. So who
/// looks writes it down. It is a cache: losing it costs a forecast, no more.
public struct SizeLog: Sendable {
  private static let name = "sizes"
  /// How many samples are kept: more than a month of hours.
  private static let limit = 800
  /// Seconds that can have been measured; others come from a file that is damaged.
  private static let times = 0...(1 << 36)
  /// Bytes that can have been.
  private static let sizes = 0...(1 << 56)

  private let directory: String

  /// A log in a directory of this machine.
  public init(directory: String) { self.directory = directory }

  private var path: String { "\(directory)/\(Self.name)" }

  /// The samples, oldest first; lines that cannot be understood are passed over.
  public func samples() throws -> [SizeSample] {
    do {
      let text = String(
        decoding: try ReadableFile.contents(of: path, limit: 1 << 20),
        as: UTF8.self
      )
      return text.split(separator: "\n").compactMap { line in
        let numbers = line.split(separator: " ").map { Int($0) }
        guard numbers.count == 2, let seconds = numbers[0], let bytes = numbers[1],
          Self.times.contains(seconds), Self.sizes.contains(bytes)
        else { return nil }
        return SizeSample(time: Date(timeIntervalSince1970: Double(seconds)), bytes: bytes)
      }.sorted { $0.time < $1.time }
    } catch let problem as Problem where problem.code == "files.not-found" {
      return []
    }
  }

  /// Writes down one more sample.
  public func add(_ sample: SizeSample) throws {
    let all = (try samples() + [sample]).sorted { $0.time < $1.time }.suffix(Self.limit)
    let text = all.map { "\(Int($0.time.timeIntervalSince1970)) \($0.bytes)\n" }.joined()
    try Directory.create(directory)
    try AtomicFile.write(Array(text.utf8), to: path, durability: .fast)
  }
}
