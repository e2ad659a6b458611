internal import CZstd
internal import Problems

#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// A reusable zstd decompressor for one thread.
///
/// The caller says how many bytes must come out. A frame that holds more, or fewer, is an error,
/// so a hostile frame cannot take more memory than was agreed.
@safe
public final class Decompressor {
  private let context: OpaquePointer
  private var scratch: [UInt8] = []

  /// Makes a decompressor; throws only when memory runs out.
  public init() throws {
    guard let context = unsafe ZSTD_createDCtx() else { throw ZstdFailure.noMemory }
    unsafe self.context = context
  }

  deinit {
    unsafe ZSTD_freeDCtx(context)
  }

  /// The content of one frame, exactly `rawLength` bytes.
  ///
  /// - Parameters:
  ///   - frame: One whole frame.
  ///   - rawLength: The length that must come out.
  ///   - prefix: The prefix that the compressor had, or nothing.
  /// - Returns: The content.
  /// - Throws: A `Problem` with code `compression.damaged` when the frame is not what it should be.
  public func decompress(
    _ frame: Span<UInt8>,
    rawLength: Int,
    prefix: [UInt8] = []
  ) throws -> [UInt8] {
    var output: [UInt8] = []
    try decompress(frame, rawLength: rawLength, prefix: prefix, appendingTo: &output)
    return output
  }

  /// Appends the content of one frame, exactly `rawLength` bytes, to a buffer.
  ///
  /// - Parameters:
  ///   - frame: One whole frame.
  ///   - rawLength: The length that must come out.
  ///   - prefix: The prefix that the compressor had, or nothing.
  ///   - output: Grows by `rawLength` bytes.
  /// - Throws: A `Problem` with code `compression.damaged`.
  public func decompress(
    _ frame: Span<UInt8>,
    rawLength: Int,
    prefix: [UInt8] = [],
    appendingTo output: inout [UInt8]
  ) throws {
    let start = output.count
    var code = 0
    unsafe prefix.withUnsafeBytes { prefix in
      if prefix.count > 0 {
        code = unsafe ZSTD_DCtx_refPrefix(context, prefix.baseAddress, prefix.count)
        if ZSTD_isError(code) != 0 { return }
      }
      unsafe frame.withUnsafeBytes { frame in
        // One spare byte, since an empty output would have no address to write to.
        output.append(addingCapacity: rawLength + 1) { space in
          unsafe space.withUnsafeMutableBufferPointer { buffer, count in
            code = unsafe ZSTD_decompressDCtx(
              context,
              buffer.baseAddress,
              rawLength,
              frame.baseAddress,
              frame.count
            )
            if ZSTD_isError(code) == 0 { count = code }
          }
        }
      }
    }
    try ZstdFailure.checkFrame(code)
    let length = output.count - start
    guard length == rawLength else {
      throw Problem(
        .damaged,
        code: "compression.damaged",
        "a compressed frame holds \(length) bytes where \(rawLength) were recorded"
      )
    }
  }

  /// Whether a frame gives back exactly these bytes; the proof a writer asks for before it stores.
  ///
  /// - Parameters:
  ///   - raw: What must come out.
  ///   - frame: The frame just made.
  ///   - prefix: The prefix that the compressor had, or nothing.
  /// - Returns: True when every byte is as before.
  /// - Throws: `compression.damaged` when the frame does not open at all.
  public func reproduces(
    _ raw: Span<UInt8>,
    from frame: Span<UInt8>,
    prefix: [UInt8] = []
  ) throws -> Bool {
    scratch.removeAll(keepingCapacity: true)
    try decompress(frame, rawLength: raw.count, prefix: prefix, appendingTo: &scratch)
    return unsafe scratch.withUnsafeBytes { opened in
      unsafe raw.withUnsafeBytes { raw in
        guard raw.count > 0 else { return opened.count == 0 }
        guard opened.count == raw.count, let left = opened.baseAddress,
          let right = raw.baseAddress
        else { return false }
        return unsafe memcmp(left, right, raw.count) == 0
      }
    }
  }
}
