/// What the holder of a key slot may do.
public enum KeyRole: String, Codable, Sendable, CaseIterable {
  /// Everything.
  case full
  /// Add snapshots, and read those that it added itself.
  case write
}
