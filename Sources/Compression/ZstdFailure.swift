internal import CZstd
internal import Problems

/// Turns zstd's result codes into problems.
enum ZstdFailure {
  static var noMemory: Problem {
    Problem(code: "compression.no-memory", "there is no memory for a compression context")
  }

  /// Throws when a call on our own data failed.
  static func check(_ code: Int, _ operation: String) throws {
    guard ZSTD_isError(code) != 0 else { return }
    throw Problem(code: "compression.failed", "cannot \(operation)", reason: text(of: code))
  }

  /// Throws when a frame that was read cannot be decompressed.
  static func checkFrame(_ code: Int) throws {
    guard ZSTD_isError(code) != 0 else { return }
    throw Problem(
      .damaged,
      code: "compression.damaged",
      "a compressed frame cannot be opened",
      reason: text(of: code)
    )
  }

  private static func text(of code: Int) -> String {
    guard let name = unsafe ZSTD_getErrorName(code) else { return "zstd error" }
    return unsafe String(cString: name)
  }
}
