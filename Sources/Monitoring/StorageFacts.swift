/// What a repository takes, how fast that grows, and what there is for it.
public struct StorageFacts: Sendable, Equatable {
  /// A disk that holds the repository.
  public struct Disk: Sendable, Equatable {
    /// Bytes that this user may still write.
    public var free: Int
    /// Bytes of the whole disk.
    public var size: Int

    /// Makes facts of a disk.
    public init(free: Int, size: Int) {
      self.free = free
      self.size = size
    }
  }

  /// Bytes of all objects.
  public var bytes: Int
  /// How fast that grows; nil where too little is known.
  public var growth: Growth?
  /// The disk, where the repository lies on one.
  public var disk: Disk?

  /// Makes facts.
  public init(bytes: Int, growth: Growth? = nil, disk: Disk? = nil) {
    self.bytes = bytes
    self.growth = growth
    self.disk = disk
  }
}
