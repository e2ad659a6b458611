/// What a check of a repository found, in the user's terms.
public struct CheckReport: Sendable, Equatable {
  /// One thing that is wrong.
  public struct Finding: Sendable, Equatable {
    /// What kind of harm it is.
    public enum Harm: String, Sendable, CaseIterable {
      /// An object is missing, cut, or its content is not what it should be.
      case damagedObject
      /// A snapshot cannot be restored whole.
      case incompleteSnapshot
    }

    /// What kind of harm it is.
    public var harm: Harm
    /// The object's name, such as `packs/ab/...` or `snapshots/...`.
    public var object: String
    /// What is wrong with it: one clause.
    public var reason: String
    /// Where in the object, in bytes, when one chunk of a pack is meant.
    public var offset: Int?
  }

  /// Snapshots that were listed.
  public var snapshots = 0
  /// Snapshots of others that the key slot in use may not read, and whose manifest was not opened.
  public var snapshotsOfOthers = 0
  /// Packs that were listed.
  public var packs = 0
  /// Instances of chunks that the index knows.
  public var chunks = 0
  /// Packs that no index knows: left by writers that were killed; harmless.
  public var packsWithoutIndex = 0
  /// Packs that collection has marked for deletion.
  public var packsMarked = 0
  /// Packs whose bytes were read and whose chunks were opened and hashed.
  public var packsRead = 0
  /// Which packs were to be read; nil where only the structure was looked at.
  public var sample: PackSample?
  /// Snapshots whose manifest cannot be read, so that nothing of them can be restored.
  public var unreadable: [SnapshotName] = []
  /// Bytes of packs that were read.
  public var bytesRead = 0
  /// Everything that is wrong, in the order in which it was found.
  public var findings: [Finding] = []

  /// Whether nothing is wrong.
  public var isSound: Bool { findings.isEmpty }
}
