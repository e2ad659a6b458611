internal import Dispatch
internal import Repository
internal import Threads

/// The threads that copy the chunks of one snapshot, fed by the one who walks through its lists.
final class CopyCrew: Sendable {
  private struct State {
    var waiting: [(id: ChunkID, kind: ChunkKind)] = []
    var copied = CopiedChunks()
    var working: Int
    var isComplete = false
    var failure: (any Error)?
  }

  /// Chunks that wait, at the most; then the walk waits too.
  private static let limit = 1024

  private let source: Repository
  private let writer: SnapshotWriter
  private let state: Monitor<State>

  /// Starts the threads.
  init(from source: Repository, to writer: SnapshotWriter, threads: Int) {
    self.source = source
    self.writer = writer
    state = Monitor(State(working: threads))
    for _ in 0..<threads {
      DispatchQueue(label: "drydock.copy").async { [self] in work() }
    }
  }

  /// What has been copied so far.
  var copied: CopiedChunks { state.change { $0.copied } }

  /// Hands over a chunk; throws what a thread has failed with.
  func add(_ id: ChunkID, _ kind: ChunkKind) throws {
    let failure = state.wait { state -> (any Error)?? in
      if let failure = state.failure { return .some(failure) }
      guard state.waiting.count < Self.limit else { return nil }
      state.waiting.append((id, kind))
      return .some(nil)
    }
    if let failure { throw failure }
  }

  /// Waits until everything is copied; throws what a thread has failed with.
  func finish() throws -> CopiedChunks {
    let (copied, failure) = end { $0.isComplete = true }
    if let failure { throw failure }
    return copied
  }

  /// Ends the threads, whatever still waits.
  func stop() {
    _ = end { state in
      state.isComplete = true
      state.waiting = []
    }
  }

  private func end(_ body: (inout State) -> Void) -> (CopiedChunks, (any Error)?) {
    state.change(body)
    return state.wait { $0.working == 0 ? ($0.copied, $0.failure) : nil }
  }

  private func work() {
    do {
      let copier = try ChunkCopier(from: source, to: writer)
      while let chunk = next() {
        // What still waits when the walk is over may take longer than a lease lasts.
        try writer.renewIfDue()
        let copied = try copier.copy(chunk.id, kind: chunk.kind)
        state.change { $0.copied.add(copied) }
      }
    } catch {
      state.change { $0.failure = $0.failure ?? error }
    }
    state.change { $0.working -= 1 }
  }

  /// The next chunk; nil when there will be none, or when another thread has failed.
  private func next() -> (id: ChunkID, kind: ChunkKind)? {
    state.wait { state -> (id: ChunkID, kind: ChunkKind)?? in
      if state.failure != nil { return .some(nil) }
      if let chunk = state.waiting.popLast() { return .some(chunk) }
      return state.isComplete ? .some(nil) : nil
    }
  }
}
