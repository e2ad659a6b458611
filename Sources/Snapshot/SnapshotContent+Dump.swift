internal import Problems
internal import Repository

extension SnapshotContent {
  /// Gives the bytes of a dump's file, piece by piece.
  ///
  /// Every chunk is opened and proven by its id before its first byte is given, on a thread that is
  /// some chunks ahead.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - write: Takes the pieces, in order.
  /// - Throws: A `Problem` of kind `damaged` where a chunk is missing or the file is shorter than the
  ///   manifest says; what `write` throws.
  public func read(_ file: Manifest.Dump.File, _ write: (Span<UInt8>) throws -> Void) throws {
    let reader = try repository.makeReader()
    var size = 0
    for segment in file.segments {
      let stripes = try Segment(decoding: try reader.read(segment, kind: .list)).stripes
      let ahead = ChunkAhead(stripes.flatMap(\.chunks), of: repository)
      defer { ahead.stop() }
      for stripe in stripes {
        var left = stripe.bytes
        for _ in stripe.chunks {
          let bytes = try ahead.next()
          left -= bytes.count
          try write(bytes.span)
        }
        guard left == 0 else { throw Self.otherSize(file) }
        size += stripe.bytes
      }
    }
    guard size == file.size else { throw Self.otherSize(file) }
  }

  private static func otherSize(_ file: Manifest.Dump.File) -> Problem {
    Problem(
      .damaged,
      code: "snapshot.dump-size",
      "the imported dump is not whole in the snapshot",
      reason: "its file \(file.name.isEmpty ? "" : "\(file.name) ")does not have the "
        + "\(file.size) bytes that it should",
      hint: "Run drydock check --read-data, and use another snapshot meanwhile."
    )
  }
}
