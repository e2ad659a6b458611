private import Dispatch

/// Lets one large row at a time into memory, over all connections that share the gate.
///
/// libpq holds a row twice while it hands it over, and keeps the larger buffer afterwards (measured
/// with rows of 100 MB). So several workers that meet large rows together would need several times
/// that; behind the gate they mostly need it once. libpq does not tell the length of a row that is
/// still arriving: a server that sends as fast as libpq reads gets a row past the first look, and
/// then the row waits, whole, before it is dealt with.
public final class LargeRowGate: Sendable {
  /// What happens at the gate.
  public enum Event: Sendable, Equatable {
    /// A large row has begun to arrive.
    case waiting
    /// It was let in.
    case entered
    /// It has been dealt with.
    case left
  }

  /// Bytes of a row that is not large.
  public static let limit = 32 << 20

  /// The gate of all connections of this process that were given no other.
  public static let shared = LargeRowGate()

  private let place = DispatchSemaphore(value: 1)
  private let observe: @Sendable (Event) -> Void

  /// Makes a gate that tells what happens at it.
  public init(observe: @escaping @Sendable (Event) -> Void = { _ in }) {
    self.observe = observe
  }

  /// Waits until no other large row is in memory.
  func enter() {
    observe(.waiting)
    place.wait()
    observe(.entered)
  }

  /// Lets the next one in.
  func leave() {
    observe(.left)
    place.signal()
  }
}
