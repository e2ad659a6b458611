internal import Compression
internal import Problems

/// A chunk as its difference from an older version of the same place.
struct Delta {
  var base: ChunkID
  /// Its place in the chain, see docs/format.md, "Chains".
  var version: UInt8
  /// The base's raw bytes.
  var prefix: [UInt8]
  /// A frame that opens with the prefix only.
  var frame: [UInt8]
  /// How long the chunk's own full frame probably is, judged by the chain's full instance.
  var expectedFullLength: Int

  /// Bytes in the repository, besides what a full instance needs too.
  var length: Int { frame.count + ChunkID.length }

  /// Whether it is at most 30 % of the full frame: beyond that a new chain is the better start for
  /// the versions to come.
  func isWorthIt(besides fullLength: Int) -> Bool { length * 10 <= fullLength * 3 }

  /// Whether it is so far below the limit that no full frame has to be made for the comparison.
  var isClearlyWorthIt: Bool { length * 5 <= expectedFullLength }
}

/// Finds the base for a chunk and makes the delta, for one thread.
///
/// The base is found on the parent chunk's own chain and nowhere else: that chain is leased with the
/// parent snapshot, so neither deleted snapshots nor other hosts can take it away.
final class DeltaEncoder {
  private let writer: SnapshotWriter
  private let reader: ChunkReader
  private let compressor: Compressor
  /// Learns from every attempt, by this encoder and by whoever compares with the full frame.
  var patience = DeltaPatience()

  init(_ writer: SnapshotWriter, _ reader: ChunkReader, _ compressor: Compressor) {
    self.writer = writer
    self.reader = reader
    self.compressor = compressor
  }

  /// The delta of a chunk, or nil where a full instance is to be stored.
  ///
  /// - Parameters:
  ///   - raw: The chunk's bytes.
  ///   - kind: What it holds; its base holds the same.
  ///   - level: The zstd level.
  ///   - parent: The chunk of the same place in the parent snapshot.
  /// - Returns: The delta, not yet proven; nil when the policy says so, when it would be long or its
  ///   depth too great, and when the base cannot be read: then the writer has a notice.
  /// - Throws: What zstd or the store throws, except damage.
  func delta(
    of raw: Span<UInt8>,
    kind: ChunkKind,
    level: Int,
    after parent: ChunkID
  ) throws -> Delta? {
    guard writer.delta != .never, raw.count > 0 else { return nil }
    guard let chain = try writer.known.chain(of: parent), let root = chain.last else {
      writer.noteUnreadableBase("the older chunk, or one that it stands on, is in no pack")
      return nil
    }
    guard let (version, base) = Self.successor(of: chain), base[0].instance.kind == kind,
      writer.delta == .always || (reader.isNear(base) && patience.tryNext())
    else { return nil }
    guard let prefix = try readBase(base[0]) else { return nil }
    var delta = Delta(
      base: base[0].instance.id,
      version: version,
      prefix: prefix,
      frame: [],
      expectedFullLength: Self.expectedFullLength(raw.count, like: root.instance)
    )
    // A fifth above the 30 %, since the expectation may be wrong; what is longer is hopeless.
    let limit = delta.expectedFullLength * 36 / 100
    let fits = try compressor.compress(
      raw,
      level: max(level, 1),
      prefix: prefix,
      limit: limit,
      appendingTo: &delta.frame
    )
    if !fits { patience.note(isWorthIt: false) }
    return fits ? delta : nil
  }

  /// The version that follows a chunk, and the chain of its base.
  ///
  /// Version n + 1 stands on n + 1 with its lowest set bit cleared, which lies between n and 0.
  /// Where a base was lost and stored again at another place of another chain, the numbers below it
  /// have a gap; then the search begins again from there, and the full instance at the end, version
  /// 0, can always be followed by a version 1.
  ///
  /// - Parameter chain: The parent chunk's instance and all that it stands on.
  /// - Returns: Nil when the depth would be too great.
  static func successor(
    of chain: [InstanceTable.Location]
  ) -> (version: UInt8, base: [InstanceTable.Location])? {
    for start in chain.indices {
      let version = chain[start].instance.version &+ 1
      let wanted = version & chain[start].instance.version
      let base = chain[start...].drop { $0.instance.version != wanted }
      if base.isEmpty { continue }
      return Instance.depth(ofVersion: version) <= Instance.depthLimit
        ? (version, Array(base)) : nil
    }
    return nil
  }

  private func readBase(_ location: InstanceTable.Location) throws -> [UInt8]? {
    do {
      return try reader.read(location.instance.id, kind: location.instance.kind)
    } catch let problem as Problem where problem.kind == .damaged {
      writer.noteUnreadableBase(problem.summary)
      return nil
    }
  }

  /// Rows of one place compress much as they did before.
  private static func expectedFullLength(_ rawLength: Int, like full: Instance) -> Int {
    guard full.rawLength > 0 else { return rawLength }
    return rawLength * Int(full.storedLength) / Int(full.rawLength)
  }
}
