internal import Synchronization

/// Sends requests, from any number of threads at once, over connections that are kept and reused.
///
/// A request blocks its thread. No redirect is followed, nothing is cached, no cookie is kept, and
/// a path arrives exactly as it was written. See libcurl-tutorial(3).
public final class HTTPClient: Sendable {
  /// The limits that hold for every request.
  public struct Limits: Sendable {
    /// How long a connection may take to be made.
    public var connection: Duration
    /// How long nothing may move, in either direction; counted in whole seconds.
    public var stall: Duration
    /// Bytes per second that all requests together send; nil for no limit.
    public var uploadRate: Int?

    /// Makes limits.
    public init(
      connection: Duration = .seconds(10),
      stall: Duration = .seconds(30),
      uploadRate: Int? = nil
    ) {
      self.connection = connection
      self.stall = stall
      self.uploadRate = uploadRate
    }
  }

  private struct Handles {
    /// Those that wait, with their connections open.
    var idle: [CurlHandle] = []
    var busy = 0
  }

  /// Connections beyond these are closed when their request is done.
  private static let idleLimit = 32

  private let limits: Limits
  private let authorities: String?
  private let handles = Mutex(Handles())

  /// Makes a client; connections are made when they are needed.
  ///
  /// - Parameters:
  ///   - limits: The limits that hold for every request.
  ///   - authorities: A file with the certificates of the authorities to trust, in PEM; the
  ///     system's own where there is none.
  public init(_ limits: Limits = Limits(), authorities: String? = nil) {
    self.limits = limits
    self.authorities = authorities
  }

  /// Sends a request and waits for the whole answer.
  ///
  /// Throws ``HTTPFailure`` when there is none.
  public func send(_ request: HTTPRequest) throws(HTTPFailure) -> HTTPResponse {
    let (idle, busy) = handles.withLock { handles in
      handles.busy += 1
      return (handles.idle.popLast(), handles.busy)
    }
    defer { handles.withLock { $0.busy -= 1 } }
    let handle = if let idle { idle } else { try CurlHandle() }
    // A handle whose request failed is closed: a connection in doubt is no good for the next one.
    let response = try handle.perform(request, limits, authorities, sharedBy: busy)
    handles.withLock { handles in
      if handles.idle.count < Self.idleLimit { handles.idle.append(handle) }
    }
    return response
  }
}
