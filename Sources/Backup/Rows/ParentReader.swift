internal import Repository
internal import Snapshot

/// Finds the parent's stripes of a piece, for one worker.
///
/// Pieces follow each other, so the segment that was read last is kept.
final class ParentReader {
  private let reader: ChunkReader
  private var segment: (id: ChunkID, stripes: [Stripe])?

  init(reader: ChunkReader) { self.reader = reader }

  /// The stripes of a piece as the parent has them; throws `ParentStripeLost` where its list of
  /// stripes cannot be read.
  func stripes(of piece: ReadPlan.Piece, in table: ReadPlan.Table) throws -> ParentStripes {
    guard let first = piece.stripes.first, let parent = table.parent else { return .none }
    let place = first / Segment.capacity
    guard place < parent.segments.count else { return .none }
    let stripes: [Stripe]
    do {
      stripes = try self.stripes(ofSegment: parent.segments[place])
    } catch {
      throw ParentStripeLost(stripe: first, cause: error)
    }
    let start = place * Segment.capacity
    let known = piece.stripes.filter { $0 - start < stripes.count }
    return ParentStripes(
      Dictionary(uniqueKeysWithValues: known.map { ($0, stripes[$0 - start]) }),
      reader: reader
    )
  }

  private func stripes(ofSegment id: ChunkID) throws -> [Stripe] {
    if let segment, segment.id == id { return segment.stripes }
    let read = try Segment(decoding: try reader.read(id, kind: .list)).stripes
    segment = (id, read)
    return read
  }
}
