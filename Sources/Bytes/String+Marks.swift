extension String {
  /// The text with another one in the place of an ASCII mark, wherever the mark's byte stands.
  ///
  /// For quoting. `replacing(_:with:)` compares characters, and to Swift a quote with a combining
  /// accent behind it is another character than a quote: it would stay as it is, and end the
  /// quotation for a server or a shell, which read bytes (Unicode TR 29, "Grapheme Cluster
  /// Boundaries").
  ///
  /// - Parameters:
  ///   - mark: An ASCII character.
  ///   - text: What stands in its place.
  /// - Returns: The new text.
  public func replacing(mark: Unicode.Scalar, with text: String) -> String {
    let sought = UInt8(ascii: mark)
    guard utf8.contains(sought) else { return self }
    var bytes: [UInt8] = []
    for byte in utf8 {
      if byte == sought { bytes += text.utf8 } else { bytes.append(byte) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
