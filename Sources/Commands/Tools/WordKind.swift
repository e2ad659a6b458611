internal import Arguments

/// The kinds of words that only the repository, the patches or the configuration know.
enum WordKind: String, CaseIterable {
  case snapshots
  case tags
  case tables
  case schemas
  case databases
  case profiles
  case versions
  case receipts
  case slots
  case transitions
}

extension ArgumentInfo.Completion {
  /// What names a snapshot: `latest`, ids, tags.
  static let snapshots = Self.words(of: WordKind.snapshots.rawValue)
  /// Tags that snapshots have.
  static let tags = Self.words(of: WordKind.tags.rawValue)
  /// Tables of the snapshot that the line names.
  static let tables = Self.words(of: WordKind.tables.rawValue)
  /// Schemas of the snapshot that the line names.
  static let schemas = Self.words(of: WordKind.schemas.rawValue)
  /// Databases that have snapshots.
  static let databases = Self.words(of: WordKind.databases.rawValue)
  /// Profiles of the configuration.
  static let profiles = Self.words(of: WordKind.profiles.rawValue)
  /// Versions of patches.
  static let versions = Self.words(of: WordKind.versions.rawValue)
  /// Receipts of rehearsals.
  static let receipts = Self.words(of: WordKind.receipts.rawValue)
  /// Key slots of the repository.
  static let slots = Self.words(of: WordKind.slots.rawValue)
  /// Transitions that are configured.
  static let transitions = Self.words(of: WordKind.transitions.rawValue)
}
