import Repository
import Snapshot

/// The share of a history that one thread writes: some segments of the table, night after night.
struct HistoryLane {
  /// The lists of one segment on which later ones may stand, the newest last.
  private struct Chain {
    var change = -1
    var lists: [(version: Int, raw: [UInt8])] = []
  }

  private let contents: StripeContent
  private let percent: Int
  private let first: Int
  private var segments: [Segment]
  private var changes: [Int]
  private var chains: [Chain]
  private var writer: UnprovenWriter

  /// A lane over the segments in a range, of a table of so many stripes.
  init(_ simulation: Simulation, _ segments: Range<Int>, in repository: Repository) throws {
    contents = StripeContent(seed: simulation.seed)
    percent = simulation.percent
    first = segments.lowerBound * Segment.capacity
    let end = min(segments.upperBound * Segment.capacity, simulation.stripes)
    changes = Array(repeating: 0, count: end - first)
    self.segments = segments.map { _ in Segment(stripes: []) }
    chains = segments.map { _ in Chain() }
    writer = try UnprovenWriter(repository)
  }

  /// Writes what a night changes: everything on night 0.
  ///
  /// - Returns: The ids of the lane's segments after that night.
  mutating func take(_ night: Int) throws -> [ChunkID] {
    var ids: [ChunkID] = []
    for number in segments.indices { ids.append(try take(night, segment: number)) }
    try writer.finish()
    lastIDs = ids
    return ids
  }

  private var lastIDs: [ChunkID] = []

  private mutating func take(_ night: Int, segment number: Int) throws -> ChunkID {
    var isChanged = false
    let start = number * Segment.capacity
    for place in start..<min(start + Segment.capacity, changes.count) {
      let stripe = first + place
      if night == 0 {
        segments[number].stripes.append(try write(stripe, change: 0))
      } else if contents.changes(stripe, night: night, percent: percent) {
        changes[place] += 1
        segments[number].stripes[place - start] = try write(stripe, change: changes[place])
      } else {
        continue
      }
      isChanged = true
    }
    return isChanged ? try writeList(number) : lastIDs[number]
  }

  private mutating func write(_ stripe: Int, change: Int) throws -> Stripe {
    let place = ChainPlace(change: change)
    let content = contents.version(stripe, change: change)
    let id = try writer.write(
      content,
      kind: .data,
      version: place.version,
      base: contents.version(stripe, change: place.baseChange)
    )
    return Simulation.entry(stripe, content, id)
  }

  private mutating func writeList(_ number: Int) throws -> ChunkID {
    chains[number].change += 1
    let version = ChainPlace(change: chains[number].change).version
    let base = version & max(0, version - 1)
    // Chains are nested: what the base does not stand on is needed no more.
    while let last = chains[number].lists.last, version == 0 || last.version != base {
      chains[number].lists.removeLast()
      _ = last
    }
    let raw = segments[number].encoded()
    let prefix = chains[number].lists.last?.raw ?? []
    let id = try writer.write(raw, kind: .list, version: version, base: prefix)
    chains[number].lists.append((version, raw))
    return id
  }
}
