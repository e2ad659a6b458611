internal import Problems
public import Repository

/// A snapshot that has been opened: its manifest, and ways to what the manifest lists.
public struct SnapshotContent: Sendable {
  /// The repository.
  public let repository: Repository
  /// The snapshot's name.
  public let name: SnapshotName
  /// Whether a host wrote it whose key slot may only write: then it is that host's word alone, and
  /// no snapshot by somebody else may build upon it.
  public let isByHost: Bool
  /// What it says; its tags may have been changed since, see ``TagTable``.
  public internal(set) var manifest: Manifest

  /// Opens a snapshot; a `Problem` of kind `damaged` where its manifest cannot be read.
  public init(opening name: SnapshotName, in repository: Repository) throws {
    try self.init(name, try repository.attributedManifest(of: name), repository)
  }

  /// Opens a snapshot, or returns nil where the key slot in use may not read it.
  public init?(ifReadable name: SnapshotName, in repository: Repository) throws {
    guard let found = try repository.attributedManifestIfReadable(of: name) else { return nil }
    try self.init(name, found, repository)
  }

  private init(
    _ name: SnapshotName,
    _ found: (manifest: [UInt8], isByHost: Bool),
    _ repository: Repository
  ) throws {
    self.repository = repository
    self.name = name
    isByHost = found.isByHost
    manifest = try Manifest(proving: found.manifest, of: name)
  }

  /// The bytes of what was cut into pieces: definition, globals, fingerprint.
  public func text(_ pieces: [ChunkID], _ reader: ChunkReader) throws -> [UInt8] {
    var bytes: [UInt8] = []
    for piece in pieces { bytes += try reader.read(piece, kind: .text) }
    return bytes
  }

  /// The stripes of a table, in the order of its pages.
  public func stripes(of table: Manifest.Table, _ reader: ChunkReader) throws -> [Stripe] {
    try table.segments.flatMap { segment in
      try Segment(decoding: try reader.read(segment, kind: .list)).stripes
    }
  }

  /// The large objects, list by list.
  public func largeObjects(_ reader: ChunkReader) throws -> [LargeObjectList.Item] {
    try manifest.largeObjects.flatMap { try LargeObjectList.read($0, reader).items }
  }
}
