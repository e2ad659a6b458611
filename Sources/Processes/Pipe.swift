internal import CSpawn
internal import Glibc
internal import Problems

/// A pipe of which the child gets the writing end and we keep the reading end.
final class Pipe {
  let reading: Int32
  private(set) var writing: Int32?

  private init(reading: Int32, writing: Int32) {
    self.reading = reading
    self.writing = writing
  }

  static func open() throws(Problem) -> Pipe {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe2(&ends, O_CLOEXEC) == 0 else {
      throw Problem(systemError: errno, "A pipe to a child could not be made")
    }
    return Pipe(reading: ends[0], writing: ends[1])
  }

  /// Closes our copy of the child's end, without which the pipe would never end.
  func closeWriting() {
    if let writing { close(writing) }
    writing = nil
  }

  /// Reads what is there, up to the buffer's size; 0 at the end.
  func read(into buffer: inout [UInt8]) throws(Problem) -> Int {
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe Glibc.read(reading, bytes.baseAddress, bytes.count)
      }
      if count >= 0 { return count }
      guard errno == EINTR else {
        throw Problem(systemError: errno, "A child's output could not be read")
      }
    }
  }

  deinit {
    close(reading)
    if let writing { close(writing) }
  }
}
