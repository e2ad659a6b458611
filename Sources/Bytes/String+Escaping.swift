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
}
