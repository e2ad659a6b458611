internal import Problems
public import Repository

/// Finds single stripes of a table in a snapshot, for one thread.
///
/// The segment that was read last is kept, so stripes in the order of their pages cost one read
/// for every 4096.
public struct StripeCursor {
  private let segments: [ChunkID]
  private let capacity: Int
  private var number: Int?
  private var segment = Segment(stripes: [])

  /// Looks into the segments of a table.
  public init(segments: [ChunkID]) {
    self.init(segments: segments, capacity: Segment.capacity)
  }

  init(segments: [ChunkID], capacity: Int) {
    self.segments = segments
    self.capacity = capacity
  }

  /// The stripe at an index.
  ///
  /// - Parameters:
  ///   - index: The stripe's number in its table, from 0.
  ///   - read: Reads a chunk of kind list.
  /// - Returns: The stripe.
  /// - Throws: What `read` throws; `snapshot.segment` or `snapshot.stripe-missing` for a segment
  ///   that is not what the manifest implies.
  public mutating func stripe(
    at index: Int,
    read: (ChunkID) throws -> [UInt8]
  ) throws -> Stripe {
    let wanted = index / capacity
    if number != wanted {
      guard segments.indices.contains(wanted) else { throw StripeList.missing(index) }
      segment = try Segment(decoding: try read(segments[wanted]))
      number = wanted
    }
    guard segment.stripes.indices.contains(index % capacity) else {
      throw StripeList.missing(index)
    }
    return segment.stripes[index % capacity]
  }
}
