extension Observation {
  /// How long it may take on production; nil for what neither reads nor writes whole tables.
  public var estimate: Estimate? {
    guard !scans.isEmpty || !rewrites.isEmpty else { return nil }
    return Estimate(
      seconds: seconds,
      bytes: scans.reduce(0) { $0 + $1.bytes } + rewrites.reduce(0) { $0 + $1.bytes },
      walBytes: walBytes
    )
  }
}
