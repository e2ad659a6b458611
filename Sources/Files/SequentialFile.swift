internal import Glibc
internal import Problems

/// A file, or standard input, that is read once from its beginning to its end.
public final class SequentialFile {
  /// Bytes that one read returns at most.
  public static let pieceSize = 1 << 20

  private let name: String
  private let descriptor: Int32
  private let isOurs: Bool

  /// Standard input.
  public init() {
    (name, descriptor, isOurs) = ("standard input", STDIN_FILENO, false)
  }

  /// Opens a file; throws a `Problem` with code `files.*` that names the path.
  public init(path: String) throws {
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    (name, isOurs) = (path, true)
    guard descriptor >= 0 else { throw FileFailure.latest("open", path) }
  }

  deinit {
    if isOurs && descriptor >= 0 { close(descriptor) }
  }

  /// The next bytes, as many as are there; none at the end.
  ///
  /// - Throws: A `Problem` with code `files.*`; of kind `interrupted` where the current task is
  ///   cancelled, since standard input may stay silent for ever.
  public func next() throws -> [UInt8] {
    try waitUntilReadable()
    var failure: Problem?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.pieceSize) { buffer, count in
      var got = unsafe read(descriptor, buffer.baseAddress, buffer.count)
      while got < 0 && errno == EINTR {
        got = unsafe read(descriptor, buffer.baseAddress, buffer.count)
      }
      if got < 0 { failure = FileFailure.latest("read", name) }
      count = max(0, got)
    }
    if let failure { throw failure }
    return bytes
  }

  private func waitUntilReadable() throws {
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while unsafe poll(&waiting, 1, 100) <= 0 {
      if Task.isCancelled {
        throw Problem(.interrupted, code: "interrupted", "reading \(name) was interrupted")
      }
    }
  }
}
