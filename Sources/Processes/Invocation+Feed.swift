internal import CSpawn
internal import Glibc
internal import Problems

extension Invocation {
  /// The child reads no further: it has ended, or closed its input.
  private struct NobodyReads: Error {}

  /// Runs the program while a closure writes its standard input, piece by piece, at the child's pace.
  ///
  /// A child that ends before it has read everything ends the closure, and its outcome tells why.
  /// Standard output is discarded. Blocks the calling thread; when the current task is cancelled, or
  /// the closure throws, the child's whole process group is ended first.
  ///
  /// - Parameter body: Gets what writes a piece.
  /// - Returns: How the child ended, and the end of its errors.
  /// - Throws: `processes.not-found`, `processes.not-started`, `processes.interrupted`, and what the
  ///   closure throws.
  public func run(feeding body: (_ write: (Span<UInt8>) throws -> Void) throws -> Void) throws
    -> Outcome
  {
    let closeOnExec: UInt32 = 1
    let errors = unsafe memfd_create("drydock-errors", closeOnExec)
    defer { close(errors) }
    guard errors >= 0 else {
      throw Problem(systemError: errno, "The errors of \(program) could not be kept")
    }
    // A pair of sockets, since a write to a pipe that nobody reads could end this process.
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw Problem(systemError: errno, "A way to the input of \(program) could not be made")
    }
    let child = try spawn(input: ends, errors)
    do {
      defer { close(ends[0]) }
      try feed(child, ends[0], body)
    }
    guard let status = try child.wait() else { preconditionFailure("waiting had no time limit") }
    return Outcome(program: program, status: status, output: [], errors: Self.end(of: errors))
  }

  /// Lets the closure write; a child that must not take what it has for the whole is ended first.
  ///
  /// At the end of its input `psql` commits, and what it had until then may have been half a script.
  private func feed(
    _ child: Child,
    _ socket: Int32,
    _ body: (_ write: (Span<UInt8>) throws -> Void) throws -> Void
  ) throws {
    do {
      try body { try Self.write($0, to: socket, of: child) }
    } catch is NobodyReads {
      // The child says why, by its status and its errors.
    } catch {
      child.terminate()
      throw error
    }
  }

  private func spawn(input ends: [Int32], _ errors: Int32) throws -> Child {
    defer { close(ends[1]) }
    do {
      return try withNull { null in
        try spawn(standardInput: ends[1], standardOutput: null, standardError: errors)
      }
    } catch {
      close(ends[0])
      throw error
    }
  }

  private static func write(_ piece: Span<UInt8>, to socket: Int32, of child: Child) throws {
    var done = 0
    while done < piece.count {
      if Task.isCancelled { throw child.interrupted() }
      let count = unsafe piece.withUnsafeBytes { bytes in
        unsafe send(
          socket,
          bytes.baseAddress?.advanced(by: done),
          bytes.count - done,
          Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
        )
      }
      if count >= 0 {
        done += count
      } else if errno == EAGAIN {
        var waiting = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&waiting, 1, 50)
      } else if errno != EINTR {
        throw NobodyReads()
      }
    }
  }

  /// The last 64 KiB, where the reason stands.
  private static func end(of file: Int32) -> String {
    let size = lseek(file, 0, SEEK_END)
    let length = min(Int(size), 64 << 10)
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
      count = max(0, unsafe pread(file, buffer.baseAddress, length, size - off_t(length)))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
