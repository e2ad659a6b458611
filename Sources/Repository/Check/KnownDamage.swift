internal import Files
internal import ObjectStore
internal import Problems

/// Where this machine has found instances damaged inside of packs that have their full size.
///
/// A listing does not show such damage, so a writer would rely on a chunk that nobody can read, and
/// every later snapshot would have lost it too. Who knows of it stores the chunk again. The record is
/// a text in the local cache, one line for each instance: the pack's id and the offset.
struct KnownDamage {
  /// One damaged instance.
  struct Place: Hashable {
    var pack: PackID
    var offset: Int
  }

  static let name = "damaged"
  /// Far more than anybody repairs by hand; a longer record would only cost memory.
  private static let limit = 1_000_000

  let directory: String

  private var path: String { "\(directory)/\(Self.name)" }

  /// What is recorded; lines that cannot be understood are passed over, for they cost nothing but
  /// the help.
  func read() throws -> Set<Place> {
    let bytes: [UInt8]
    do {
      bytes = try ReadableFile.contents(of: path)
    } catch let problem as Problem where problem.code == "files.not-found" {
      return []
    }
    return Self.places(in: bytes)
  }

  /// The instances that a record names.
  static func places(in bytes: [UInt8]) -> Set<Place> {
    Set(String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap(Self.place))
  }

  /// Records what a check has found.
  ///
  /// - Parameters:
  ///   - found: The damaged instances.
  ///   - isAll: Whether every pack was read, so that nothing else is damaged.
  /// - Throws: What the local disk throws.
  func record(_ found: Set<Place>, isAll: Bool) throws {
    let before = try read()
    let now = isAll ? found : before.union(found)
    guard now != before else { return }
    try Directory.create(directory)
    let lines = now.map { "\($0.pack) \($0.offset)\n" }.sorted().prefix(Self.limit)
    try AtomicFile.write(
      Array(lines.joined().utf8),
      to: path,
      collision: .replace,
      durability: .fast
    )
  }

  private static func place(_ line: Substring) -> Place? {
    let words = line.split(separator: " ")
    guard words.count == 2, let pack = PackID(text: String(words[0])), let offset = Int(words[1])
    else { return nil }
    return Place(pack: pack, offset: offset)
  }
}

extension Repository {
  /// Instances that a check on this machine has found damaged; none where nothing is kept.
  ///
  /// A record that cannot be read is no reason to stop: it only saves a later loss.
  func knownDamage() throws -> Set<KnownDamage.Place> {
    guard let localDirectory else { return [] }
    do {
      return try KnownDamage(directory: localDirectory).read()
    } catch let problem as Problem where problem.code.hasPrefix("files.") {
      return []
    }
  }
}
