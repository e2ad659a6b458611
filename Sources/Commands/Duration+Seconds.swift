extension Duration {
  /// The whole in seconds.
  ///
  /// Not by division: 26 hours divided by a second are 93,599.99999999999.
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
