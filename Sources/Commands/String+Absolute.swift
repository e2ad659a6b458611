extension String {
  /// The path of a file from the root on, whichever directory it was written in.
  ///
  /// - Parameter directory: Where a path begins that does not begin at the root.
  /// - Returns: The path.
  func absolute(in directory: String) -> String {
    utf8.first == UInt8(ascii: "/") ? self : "\(directory)/\(self)"
  }
}
