internal import CLibPQ
internal import Synchronization

/// What the server said beside its answer: `NOTICE`, `WARNING`, `INFO`.
public struct Notice: Sendable, Equatable {
  /// The severity in English.
  public var severity: String
  /// The SQLSTATE.
  public var sqlState: String
  /// The message, which can hold whatever a function chose to print.
  public var message: String
}

/// Collects a connection's notices; bounded, since a function can raise millions.
final class NoticeBox: Sendable {
  private static let limit = 1000
  private let notices = Mutex<[Notice]>([])

  func add(_ notice: Notice) {
    notices.withLock { if $0.count < Self.limit { $0.append(notice) } }
  }

  func take() -> [Notice] {
    notices.withLock { notices in
      defer { notices = [] }
      return notices
    }
  }
}

/// libpq calls this on the connection's own thread while it reads.
func receiveNotice(_ context: UnsafeMutableRawPointer?, _ result: OpaquePointer?) {
  guard let context = unsafe context, let result = unsafe result else { return }
  func field(_ code: UInt8) -> String {
    unsafe PQresultErrorField(result, Int32(code)).map { unsafe String(cString: $0) } ?? ""
  }
  let notice = Notice(
    severity: field(UInt8(ascii: "V")),
    sqlState: field(UInt8(ascii: "C")),
    message: field(UInt8(ascii: "M"))
  )
  unsafe Unmanaged<NoticeBox>.fromOpaque(context).takeUnretainedValue().add(notice)
}
