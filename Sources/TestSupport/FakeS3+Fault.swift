extension FakeS3 {
  /// What becomes of one request.
  public enum Fault: Sendable {
    /// Nothing: it is served.
    case none
    /// It is not served, and this status and word are the answer.
    case refuse(Int, String)
    /// It is served, and the answer is lost.
    case lose
    /// It is not served, and the connection is reset.
    case reset
    /// It is served, and the answer ends in the middle of its body.
    case cut
    /// Nothing ever comes.
    case silence
    /// It is served, and the answer lacks half of its body and says so itself, as a proxy's does.
    case shorten
    /// It is served, and the answer comes slowly.
    case slow

    /// What a server does to its client for this.
    ///
    /// - Parameter serve: Serves the request; nil where that cannot be done.
    /// - Returns: The reply.
    func reply(_ serve: () -> LoopbackServer.Answer?) -> LoopbackServer.Reply {
      switch self {
      case .refuse(let status, let code): return .answer(FakeS3.error(status, code))
      case .reset: return .reset
      case .silence: return .silence
      case .none, .lose, .cut, .slow, .shorten: break
      }
      guard var whole = serve() else { return .reset }
      switch self {
      case .lose: return .reset
      case .cut: return .cut(whole, after: whole.body.count / 2)
      case .slow: return .trickle(whole, piece: max(1, whole.body.count / 8))
      case .shorten: whole.body.removeLast((whole.body.count + 1) / 2)
      default: break
      }
      return .answer(whole)
    }
  }

  /// A plan as a bad proxy has it: one request of five meets one of its faults, by a seed.
  public static func badProxy(
    _ seed: UInt64
  ) -> @Sendable (LoopbackServer.Request, Int) -> Fault {
    let faults: [Fault] = [
      .refuse(500, "InternalError"), .refuse(503, "SlowDown"), .refuse(502, ""), .lose, .reset,
      .cut, .slow,
    ]
    return { _, number in
      var generator = SeededGenerator(seed: seed &+ UInt64(number))
      guard Int.random(in: 0..<5, using: &generator) == 0 else { return .none }
      return faults[Int.random(in: 0..<faults.count, using: &generator)]
    }
  }
}
