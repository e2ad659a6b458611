internal import Migration

extension Observation {
  /// How long it may take on production; nil for what neither reads nor writes whole tables.
  ///
  /// A backfill reads the tables that it changes once; what it waits for standbys comes on top.
  public var estimate: Estimate? {
    if let batches {
      let bytes = changes.reduce(0) { $0 + $1.bytesBefore }
      return Estimate(seconds: batches.seconds, bytes: bytes, walBytes: walBytes)
    }
    guard !scans.isEmpty || !rewrites.isEmpty else { return nil }
    return Estimate(
      seconds: seconds,
      bytes: scans.reduce(0) { $0 + $1.bytes } + rewrites.reduce(0) { $0 + $1.bytes },
      walBytes: walBytes
    )
  }
}
