/// How a child ended.
public enum ExitStatus: Sendable, Equatable, CustomStringConvertible {
  /// It returned this status; 0 says that all went well.
  case exited(Int32)
  /// This signal ended it.
  case signalled(Int32)

  /// Whether the child says that all went well.
  public var isSuccess: Bool { self == .exited(0) }

  /// The status in words: `exit status 1`, `signal 9`.
  public var description: String {
    switch self {
    case .exited(let status): "exit status \(status)"
    case .signalled(let signal): "signal \(signal)"
    }
  }

  /// Decodes what `waitpid` reports; see wait(2).
  init(waitStatus status: Int32) {
    let signal = status & 0x7f
    self = signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
  }
}
