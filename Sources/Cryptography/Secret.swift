internal import CCrypto

/// Bytes that must not be printed, and that are wiped when the last reference goes.
@safe
public final class Secret: @unchecked Sendable {
  // @unchecked: the memory is written in `init` only and freed in `deinit` only; between them
  // every access is a read, which C guarantees to be free of races.
  private let memory: UnsafeMutableRawBufferPointer

  /// The number of bytes.
  public var count: Int { unsafe memory.count }

  /// Copies bytes; the caller's own copy is the caller's to wipe, see ``init(wiping:)``.
  public init(_ bytes: Span<UInt8>) {
    unsafe memory = .allocate(byteCount: bytes.count, alignment: 16)
    unsafe bytes.withUnsafeBytes { unsafe memory.copyMemory(from: $0) }
  }

  /// Copies bytes and overwrites the original with zeros.
  public convenience init(wiping bytes: inout [UInt8]) {
    self.init(bytes.span)
    unsafe bytes.withUnsafeMutableBytes {
      unsafe OPENSSL_cleanse($0.baseAddress, $0.count)
    }
  }

  /// The UTF-8 bytes of a text, such as a passphrase.
  public convenience init(text: String) {
    var bytes = Array(text.utf8)
    self.init(wiping: &bytes)
  }

  /// Random bytes from the system's generator.
  public static func random(count: Int = 32) throws -> Secret {
    var bytes = try Randomness.bytes(count)
    return Secret(wiping: &bytes)
  }

  deinit {
    unsafe OPENSSL_cleanse(memory.baseAddress, memory.count)
    unsafe memory.deallocate()
  }

  /// Lends the bytes for the length of a call; do not copy them elsewhere without need.
  public func withBytes<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let start = unsafe UnsafePointer(memory.baseAddress?.assumingMemoryBound(to: UInt8.self))
    guard let start = unsafe start else {
      let empty: [UInt8] = []
      return try body(empty.span)
    }
    return try body(unsafe Span(_unsafeStart: start, count: count))
  }

  /// Whether both hold the same bytes, in a time that does not depend on where they differ.
  public func matches(_ other: Secret) -> Bool {
    withBytes { left in other.withBytes { right in ConstantTime.equal(left, right) } }
  }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Never the content.
  public var description: String { "[secret]" }
  /// Never the content.
  public var debugDescription: String { "[secret]" }
  /// No children: `dump` and string interpolation of a holder show nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
