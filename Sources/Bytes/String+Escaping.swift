extension String {
  /// The text with some of its scalars written otherwise, such as a quote doubled.
  ///
  /// By scalars and not by characters, as `replacing` goes: a combining mark behind a quote makes one
  /// character of the two, and whoever reads the text byte by byte ends the word there all the same.
  ///
  /// - Parameter escapes: What stands for each scalar that means something to the reader.
  /// - Returns: The text, in which every other scalar is as it was.
  public func escaping(_ escapes: [Unicode.Scalar: String]) -> String {
    var text = ""
    for scalar in unicodeScalars {
      if let escape = escapes[scalar] {
        text += escape
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  /// The text with each two of a scalar that stand together made one, as a reader of quotes takes them.
  ///
  /// - Parameter mark: The scalar that was doubled.
  /// - Returns: The text, in which every other scalar is as it was.
  public func undoubling(_ mark: Unicode.Scalar) -> String {
    var text = ""
    var isBehindMark = false
    for scalar in unicodeScalars {
      let isSecond = scalar == mark && isBehindMark
      isBehindMark = scalar == mark && !isSecond
      if !isSecond { text.unicodeScalars.append(scalar) }
    }
    return text
  }
}
