/// What a child reads as its standard input.
public enum Input: Sendable {
  /// Nothing: an end of file at once.
  case nothing
  /// These bytes, from memory; they are never written to a disk.
  case bytes([UInt8])
  /// An open descriptor, which stays the caller's to close.
  case descriptor(Int32)

  /// These characters as UTF-8.
  public static func text(_ text: String) -> Input { .bytes(Array(text.utf8)) }
}
