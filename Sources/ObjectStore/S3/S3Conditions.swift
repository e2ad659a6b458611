internal import Synchronization

/// What was learned of a store while it was used.
final class S3Conditions: Sendable {
  private struct State {
    var writes = ConditionalWrites.unknown
    var wantsChecksum = false
  }

  private let state = Mutex(State())

  /// What the store does with `If-None-Match: *`.
  var conditionalWrites: ConditionalWrites { state.withLock { $0.writes } }

  /// Whether a put needs a checksum in a field of its own.
  var wantsChecksum: Bool { state.withLock { $0.wantsChecksum } }

  func learn(_ writes: ConditionalWrites) { state.withLock { $0.writes = writes } }

  func learnChecksum() { state.withLock { $0.wantsChecksum = true } }
}

/// What a store does with a put on the condition that its name is free.
public enum ConditionalWrites: String, Sendable, Codable {
  /// Not known yet.
  case unknown
  /// It refuses a name that is taken.
  case honoured
  /// It overwrites all the same.
  case ignored
  /// It refuses the condition itself.
  case unsupported
}
