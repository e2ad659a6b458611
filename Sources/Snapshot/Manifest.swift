public import FoundationEssentials
internal import Problems
public import Repository

/// What a snapshot says of itself: the sealed object whose presence is the commit.
///
/// It holds no row and no secret, yet it is sealed, because names of tables are nobody's business.
/// `docs/format.md` specifies it member by member.
public struct Manifest: Codable, Sendable, Equatable {
  /// The version of this description.
  public var version = 1
  /// The version of the reader: how rows become text and stripes.
  ///
  /// A later reader takes nothing over from pages that an earlier one read.
  public var reader: Int?
  /// The version that this program's reader has.
  public static let currentReader = 1
  /// The instant that the data show, by the server's clock, as `2026-01-31T02:00:00.000000Z`.
  public var taken: String
  /// The version of the program that took it.
  public var tool: String
  /// The host where that program ran.
  public var host: String
  /// Which database.
  public var database: Database
  /// Which server, and the settings that matter for the data's text.
  public var server: Server
  /// The write-ahead log position of the snapshot.
  public var position: Position
  /// The snapshot before it in the same series, if any.
  public var parent: String?
  /// What people attached: `git=1a2b3c`.
  public var tags: [String: String]
  /// Whether tables or schemas were left out on request; such a snapshot is never `latest`.
  public var isPartial: Bool
  /// The schemas of which a partial snapshot left nothing out.
  ///
  /// Nil where the snapshot is whole, and in those that did not note it.
  public var wholeSchemas: [String]?
  /// The schema's definition.
  public var definition: Definition
  /// The patches that the ledger counts as applied; none where the database has no ledger.
  public var ledger: [LedgerEntry]
  /// The position of the ledger's last event; 0 without a ledger.
  public var ledgerPosition: Int
  /// The tables with their rows.
  public var tables: [Table]
  /// The sequences with their values.
  public var sequences: [Sequence]
  /// The materialised views, in the order in which they can be refreshed.
  public var materializedViews: [MaterializedView]
  /// The large objects: chunks of kind list, see `LargeObjectList`.
  public var largeObjects: [ChunkID]
  /// How many large objects there are.
  public var largeObjectCount: Int
  /// Answers to the user's own questions at this instant, as JSON; nil where none were asked.
  ///
  /// The text belongs to the module that asked. It stands here and in no chunk, for a program that
  /// does not know it would collect the chunk.
  public var answers: String?
  /// Sums over everything.
  public var totals: Totals
  /// The dump that was imported, in place of all that a backup reads; nil for every other snapshot.
  public var dump: Dump?

  /// Makes a manifest.
  public init(
    taken: String,
    tool: String,
    host: String,
    database: Database,
    server: Server,
    position: Position,
    parent: String?,
    tags: [String: String],
    isPartial: Bool,
    definition: Definition,
    ledger: [LedgerEntry],
    ledgerPosition: Int,
    tables: [Table],
    sequences: [Sequence],
    materializedViews: [MaterializedView],
    largeObjects: [ChunkID],
    largeObjectCount: Int,
    totals: Totals
  ) {
    reader = Self.currentReader
    self.taken = taken
    self.tool = tool
    self.host = host
    self.database = database
    self.server = server
    self.position = position
    self.parent = parent
    self.tags = tags
    self.isPartial = isPartial
    self.definition = definition
    self.ledger = ledger
    self.ledgerPosition = ledgerPosition
    self.tables = tables
    self.sequences = sequences
    self.materializedViews = materializedViews
    self.largeObjects = largeObjects
    self.largeObjectCount = largeObjectCount
    self.totals = totals
  }
}

extension Manifest {
  /// Reads a manifest's bytes; throws a decoding error where they are not one.
  public init(decoding bytes: [UInt8]) throws {
    self = try JSONDecoder().decode(Manifest.self, from: Data(bytes))
    guard isOfKnownVersion else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: [], debugDescription: "a manifest of version \(version)")
      )
    }
  }

  /// Reads a snapshot's manifest; a `Problem` of kind `damaged` where the bytes are not one.
  init(proving bytes: [UInt8], of snapshot: SnapshotName) throws {
    do {
      try self.init(decoding: bytes)
    } catch {
      throw Problem(
        .damaged,
        code: "snapshot.manifest",
        "the manifest of snapshot \(snapshot) cannot be read",
        reason: "it opens, but it is not of a version that this program knows",
        hint: "Use the version of drydock that took it, or a newer one."
      )
    }
  }

  /// The instant that the data show; a `Problem` of kind `damaged` where the manifest has none.
  public var takenTime: Date {
    get throws {
      let strategy = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
      do {
        return try strategy.parse(taken)
      } catch {
        throw Problem(
          .damaged,
          code: "snapshot.time",
          "the snapshot of database \(database.name) does not say when it was taken",
          reason: "'\(taken)' is not a time in ISO 8601",
          hint: "Run drydock check, and use another snapshot meanwhile."
        )
      }
    }
  }

  /// The bytes: JSON with sorted keys, so that equal manifests have equal bytes.
  public func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self))
  }
}
