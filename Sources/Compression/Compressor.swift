internal import CZstd
internal import Problems

/// A reusable zstd compressor for one thread.
///
/// The context keeps its tables between frames, which saves their allocation for every chunk
/// (zstd manual, "Compression context"). Not `Sendable`: each worker has its own.
@safe
public final class Compressor {
  private let context: OpaquePointer

  /// Makes a compressor; throws only when memory runs out.
  public init() throws {
    guard let context = unsafe ZSTD_createCCtx() else { throw ZstdFailure.noMemory }
    unsafe self.context = context
  }

  deinit {
    unsafe ZSTD_freeCCtx(context)
  }

  /// The largest size that a frame of this many bytes can have.
  public static func bound(_ rawLength: Int) -> Int { ZSTD_compressBound(rawLength) }

  /// Appends one frame to a buffer and returns the frame's length.
  ///
  /// - Parameters:
  ///   - raw: The bytes to compress.
  ///   - level: The zstd level, 1 to 19.
  ///   - prefix: Bytes that the decompressor will have too, such as the older version of the same
  ///     text; the window then covers both (`ZSTD_CCtx_refPrefix`).
  ///   - output: Grows by the frame; keep and empty it between calls to avoid allocations.
  /// - Returns: The frame's length.
  /// - Throws: A `Problem` with code `compression.failed`.
  @discardableResult
  public func compress(
    _ raw: Span<UInt8>,
    level: Int,
    prefix: [UInt8] = [],
    appendingTo output: inout [UInt8]
  ) throws -> Int {
    let start = output.count
    let limit = Self.bound(raw.count)
    let code = try frame(raw, level: level, prefix: prefix, limit: limit, appendingTo: &output)
    try ZstdFailure.check(code, "compress")
    return output.count - start
  }

  /// Appends one frame to a buffer, unless the frame would be longer than a limit.
  ///
  /// Gives up as soon as the limit is passed, so a hopeless attempt costs only a part of the work.
  ///
  /// - Parameters:
  ///   - raw: The bytes to compress.
  ///   - level: The zstd level, 1 to 19.
  ///   - prefix: Bytes that the decompressor will have too.
  ///   - limit: The longest frame that is wanted, in bytes.
  ///   - output: Grows by the frame, or stays as it is.
  /// - Returns: Whether the frame fits.
  /// - Throws: A `Problem` with code `compression.failed`.
  public func compress(
    _ raw: Span<UInt8>,
    level: Int,
    prefix: [UInt8],
    limit: Int,
    appendingTo output: inout [UInt8]
  ) throws -> Bool {
    let code = try frame(raw, level: level, prefix: prefix, limit: limit, appendingTo: &output)
    if ZSTD_getErrorCode(code) == ZSTD_error_dstSize_tooSmall { return false }
    try ZstdFailure.check(code, "compress")
    return true
  }

  /// Makes one frame of at most `limit` bytes, and returns zstd's code.
  private func frame(
    _ raw: Span<UInt8>,
    level: Int,
    prefix: [UInt8],
    limit: Int,
    appendingTo output: inout [UInt8]
  ) throws -> Int {
    try prepare(level: level, rawLength: raw.count, prefixLength: prefix.count)
    var code = 0
    unsafe prefix.withUnsafeBytes { prefix in
      // The reference to the prefix lasts for one frame, so it must be made right before it.
      if prefix.count > 0 {
        code = unsafe ZSTD_CCtx_refPrefix(context, prefix.baseAddress, prefix.count)
        if ZSTD_isError(code) != 0 { return }
      }
      unsafe raw.withUnsafeBytes { raw in
        output.append(addingCapacity: limit) { space in
          unsafe space.withUnsafeMutableBufferPointer { buffer, count in
            code = unsafe ZSTD_compress2(
              context,
              buffer.baseAddress,
              min(limit, buffer.count),
              raw.baseAddress,
              raw.count
            )
            if ZSTD_isError(code) == 0 { count = code }
          }
        }
      }
    }
    return code
  }

  private func prepare(level: Int, rawLength: Int, prefixLength: Int) throws {
    var code = unsafe ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters)
    try ZstdFailure.check(code, "reset the compressor")
    code = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(clamping: level))
    try ZstdFailure.check(code, "set the compression level")
    guard prefixLength > 0 else { return try useSmallTable(atLevel: level) }
    code = unsafe ZSTD_CCtx_setParameter(
      context,
      ZSTD_c_windowLog,
      Self.windowLog(covering: rawLength + prefixLength)
    )
    try ZstdFailure.check(code, "set the compression window")
  }

  /// Level 1 with a hash table of 16 KiB, which fits the first cache of a processor core.
  ///
  /// Of seven databases' rows in chunks of 110 kB the fastest level was 5 to 17 % faster with it,
  /// and the frames were within 1 % of their size (measured). A prefix needs the larger table.
  private func useSmallTable(atLevel level: Int) throws {
    guard level == 1 else { return }
    let code = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_hashLog, 12)
    try ZstdFailure.check(code, "set the size of the compressor's table")
  }

  /// The smallest window, as a power of two, that holds both texts; zstd allows 10 to 27 here.
  private static func windowLog(covering length: Int) -> Int32 {
    let bits = Int.bitWidth - max(length - 1, 1).leadingZeroBitCount
    return Int32(min(max(bits, 10), 27))
  }
}
