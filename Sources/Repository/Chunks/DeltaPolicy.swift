/// When a changed chunk is stored as its difference from an older one.
///
/// A delta saves space and upload, and costs the reading of its base.
public enum DeltaPolicy: String, Sendable, CaseIterable {
  /// Where the base's bytes are near: in a local store, or in a local cache of a remote one. Where
  /// one delta after the other was not worth it, most chunks are not even tried.
  case auto
  /// Wherever there is a base, although it may have to be fetched.
  case always
  /// Nowhere: every chunk is stored whole.
  case never
}
