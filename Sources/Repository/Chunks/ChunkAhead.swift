internal import Dispatch
internal import Threads

/// Opens chunks of rows on a thread of its own, ahead of the one who needs them, in their order.
///
/// A server that loads rows waits for nothing else then: chains of deltas, and stores behind a
/// network, take their time before it asks.
public final class ChunkAhead: Sendable {
  private struct State {
    var ready: [Result<[UInt8], any Error>] = []
    var bytes = 0
    var opened = 0
    var isStopped = false
  }

  private let ids: [ChunkID]
  private let repository: Repository
  private let byteLimit: Int
  private let state = Monitor(State())

  /// Begins to open chunks.
  ///
  /// - Parameters:
  ///   - ids: The chunks, in the order in which they will be taken.
  ///   - repository: Where they are.
  ///   - byteLimit: Once so many raw bytes wait to be taken, no further chunk is opened.
  public init(_ ids: [ChunkID], of repository: Repository, byteLimit: Int = 4 << 20) {
    self.ids = ids
    self.repository = repository
    self.byteLimit = byteLimit
    DispatchQueue(label: "drydock.chunks").async { [self] in open() }
  }

  /// The raw bytes of the next chunk; waits until it is open.
  ///
  /// To be called once for each chunk.
  ///
  /// - Throws: What the repository says of that chunk.
  public func next() throws -> [UInt8] {
    let chunk = state.wait { state -> Result<[UInt8], any Error>? in
      guard !state.ready.isEmpty else { return nil }
      let chunk = state.ready.removeFirst()
      state.bytes -= Self.count(chunk)
      return chunk
    }
    return try chunk.get()
  }

  /// Ends the thread: nothing more will be taken.
  public func stop() {
    state.change { $0.isStopped = true }
  }

  /// Waits until the thread has nothing to do, for tests; returns the bytes that wait to be taken.
  func rest() -> Int {
    state.wait { [ids, byteLimit] state in
      state.opened == ids.count || state.bytes >= byteLimit ? state.bytes : nil
    }
  }

  private func open() {
    let reader = Result { try repository.makeReader() }
    for id in ids {
      guard waitForRoom() else { return }
      let chunk = Result { try reader.get().read(id, kind: .data) }
      state.change { state in
        state.ready.append(chunk)
        state.bytes += Self.count(chunk)
        state.opened += 1
      }
    }
  }

  /// Waits until another chunk may be opened; false when nobody wants one any more.
  private func waitForRoom() -> Bool {
    state.wait { [byteLimit] state in
      if state.isStopped { return false }
      return state.bytes < byteLimit ? true : nil
    }
  }

  private static func count(_ chunk: Result<[UInt8], any Error>) -> Int {
    (try? chunk.get().count) ?? 0
  }
}
