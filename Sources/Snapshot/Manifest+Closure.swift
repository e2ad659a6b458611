public import Repository

extension Manifest {
  /// Shows every chunk that the snapshot needs to a body; an id can come more than once.
  ///
  /// Lists are read one at a time, so memory does not grow with the database.
  ///
  /// - Parameters:
  ///   - reader: Reads the lists; their packs must be stored.
  ///   - visit: Gets each chunk with its kind.
  /// - Throws: What reading throws, a `Problem` of kind `damaged` for a list that is none, and what
  ///   `visit` throws.
  public func visitChunks(
    _ reader: ChunkReader,
    _ visit: (ChunkID, ChunkKind) throws -> Void
  ) throws {
    for text in definition.archive + definition.globals + definition.fingerprint {
      try visit(text, .text)
    }
    for table in tables {
      for segment in table.segments {
        try visit(segment, .list)
        for stripe in try Segment(decoding: try reader.read(segment, kind: .list)).stripes {
          for chunk in stripe.chunks { try visit(chunk, .data) }
        }
      }
    }
    for list in largeObjects {
      try visit(list, .list)
      for item in try LargeObjectList.read(list, reader).items {
        for chunk in item.chunks { try visit(chunk, .data) }
      }
    }
    for segment in dump?.files.flatMap(\.segments) ?? [] {
      try visit(segment, .list)
      for piece in try Segment(decoding: try reader.read(segment, kind: .list)).stripes {
        for chunk in piece.chunks { try visit(chunk, .data) }
      }
    }
  }
}

extension Manifest {
  /// Shows a collector every chunk that the snapshot needs, without what lists have shown already.
  public func visitChunks(_ visitor: ClosureVisitor) throws {
    for text in definition.archive + definition.globals + definition.fingerprint {
      visitor.need(text)
    }
    for table in tables {
      for (number, segment) in table.segments.enumerated() {
        visitor.need(segment)
        guard visitor.isNew(list: segment) else { continue }
        let place = place(of: table, number)
        let list = try visitor.reader.read(segment, kind: .list)
        let change = try SegmentChange(decoding: list, after: visitor.seen.list(at: place))
        for stripe in change.stripes { stripe.chunks.forEach(visitor.need) }
        visitor.seen.keep(list, at: place)
      }
    }
    for list in largeObjects {
      visitor.need(list)
      guard visitor.isNew(list: list) else { continue }
      for item in try LargeObjectList.read(list, visitor.reader).items {
        item.chunks.forEach(visitor.need)
      }
    }
    for segment in dump?.files.flatMap(\.segments) ?? [] {
      visitor.need(segment)
      guard visitor.isNew(list: segment) else { continue }
      let list = try visitor.reader.read(segment, kind: .list)
      for piece in try Segment(decoding: list).stripes { piece.chunks.forEach(visitor.need) }
    }
  }
}

extension Manifest {
  /// Where a segment stands: in the snapshots of one cluster a table keeps its oid.
  func place(of table: Table, _ number: Int) -> ListMemory.Place {
    .init(table: "\(database.systemIdentifier) \(database.name) \(table.oid)", number: number)
  }
}

extension SnapshotContent {
  /// Every chunk that the snapshot needs, with its kind; an id can come more than once.
  public func closure(_ reader: ChunkReader) throws -> [(id: ChunkID, kind: ChunkKind)] {
    var found: [(id: ChunkID, kind: ChunkKind)] = []
    try manifest.visitChunks(reader) { found.append(($0, $1)) }
    return found
  }
}
