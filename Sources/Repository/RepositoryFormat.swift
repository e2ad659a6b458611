internal import Bytes
internal import Cryptography
internal import FoundationEssentials
internal import ObjectStore
internal import Problems

/// What a repository is: the plain object `format`, see docs/format.md.
public struct RepositoryFormat: Sendable, Codable, Equatable {
  /// Features that a program must know for one of three kinds of work.
  public struct Features: Sendable, Codable, Equatable {
    /// Needed to read snapshots.
    public var read: [String] = []
    /// Needed to write snapshots.
    public var write: [String] = []
    /// Needed to collect garbage.
    public var collect: [String] = []
  }

  static let name = ObjectName(components: "format")
  static let limit = 64 << 10
  static let magic = "drydock repository"
  /// Chunks may be stored as their difference from another: codec 2 of docs/format.md.
  static let delta = "delta"
  /// Key slots of version 2, with roles.
  static let recipients = "recipients"
  /// Packs may be under marks, which every writer has to keep away from.
  static let marks = "marks"
  /// No program removes an object, except where its user says so outside of Drydock.
  static let appendOnly = "append-only"
  /// The features that this program knows.
  static let known: Set<String> = [delta, recipients, marks, appendOnly]

  /// Says that this is a repository.
  public var magic = RepositoryFormat.magic
  /// The version of the whole format.
  public var version = 1
  /// The repository's id, 32 hexadecimal digits.
  public var id: String
  /// What a program must know.
  public var features: Features

  /// Whether deltas may be written: only where `format` warns every reader and collector.
  var allowsDeltas: Bool {
    features.read.contains(Self.delta) && features.collect.contains(Self.delta)
  }

  /// Whether packs may be marked: only where `format` warns every writer and collector.
  var allowsMarks: Bool {
    features.write.contains(Self.marks) && features.collect.contains(Self.marks)
  }

  /// Whether nothing is to be removed; in `collect`, so that older collectors stop too.
  var isAppendOnly: Bool { features.collect.contains(Self.appendOnly) }

  /// What a new repository lists.
  static let new = Features(
    read: [delta, recipients],
    write: [recipients, marks],
    collect: [delta, recipients, marks]
  )

  init(id: String, features: Features = new) {
    self.id = id
    self.features = features
  }

  func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
  }

  /// Reads and judges the object's bytes; a program stops here before a format it does not know.
  init(decoding bytes: [UInt8], at location: String) throws {
    guard let format = try? JSONDecoder().decode(Self.self, from: Data(bytes)),
      format.magic == Self.magic, Hex.bytes(format.id, count: 16) != nil
    else {
      throw Problem(
        .damaged,
        code: "repository.not-a-repository",
        "\(location) is not a Drydock repository",
        reason: "the object `format` does not say what it should",
        facts: [.init("repository", location)],
        hint: "Check the path or URL of the repository."
      )
    }
    let unknown = format.features.read.filter { !Self.known.contains($0) }
    guard format.version == 1, unknown.isEmpty else {
      throw Self.tooNew(location, unknown.isEmpty ? ["version \(format.version)"] : unknown)
    }
    self = format
  }

  /// Throws unless this program knows all that writers must know.
  func checkWritable(at location: String) throws {
    let unknown = features.write.filter { !Self.known.contains($0) }
    if !unknown.isEmpty { throw Self.tooNew(location, unknown) }
  }

  /// Throws unless this program knows all that collectors must know.
  func checkCollectable(at location: String) throws {
    let unknown = features.collect.filter { !Self.known.contains($0) }
    if !unknown.isEmpty { throw Self.tooNew(location, unknown) }
  }

  static func tooNew(_ location: String, _ unknown: [String]) -> Problem {
    Problem(
      .refused,
      code: "repository.needs-newer-reader",
      "\(location) uses a format that this version of Drydock does not know",
      reason: "it needs: \(unknown.joined(separator: ", "))",
      facts: [.init("repository", location)],
      hint: "Use the version of Drydock that wrote it, or a later one."
    )
  }
}

/// The repository as seals bind it: its id and the hash of its format object.
struct RepositoryBinding: Sendable, Equatable {
  let id: [UInt8]
  let formatHash: [UInt8]

  init(id: [UInt8], formatHash: [UInt8]) {
    self.id = id
    self.formatHash = formatHash
  }

  init(format: RepositoryFormat, bytes: [UInt8]) throws {
    guard let id = Hex.bytes(format.id, count: 16) else { throw Malformed("its id is not valid") }
    self.id = id
    formatHash = try SHA256.hash(bytes)
  }
}
