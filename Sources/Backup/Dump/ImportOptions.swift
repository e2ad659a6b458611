public import FoundationEssentials

/// What an import is asked to do.
public struct ImportOptions: Sendable {
  /// What the series is called.
  public var name: String
  /// The instant that the dump shows; nil for when its file was last written, or now.
  public var time: Date?
  /// Attached to the snapshot.
  public var tags: [String: String] = [:]
  /// Whether a dump without its end is taken too; such a snapshot is never `latest`.
  public var allowsIncomplete = false
  /// The directory with `pg_restore`, where it should not be searched for.
  public var binaryDirectory: String?
  /// The version of this program, for the manifest.
  public var tool = "drydock"

  /// An import of this name.
  public init(name: String) { self.name = name }
}
