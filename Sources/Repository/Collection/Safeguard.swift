/// One rule that keeps collection from removing what somebody needs.
///
/// Everybody keeps all of them. Each is named so that a test can leave one out and show that the
/// model of writers and collectors then loses something: a rule whose absence nobody notices is a
/// rule that nobody tests.
enum Safeguard: String, CaseIterable, Sendable {
  // Writers.
  /// An instance in a marked pack is no place for a chunk of a new snapshot.
  case writersAvoidMarks
  /// After the manifest is put, marks and packs are looked at again.
  case checkedAgain

  // Collectors.
  /// What is to be removed is worked out again after the grace period.
  case recomputed
  /// Nothing is removed before the grace period is over.
  case grace
  /// An instance in a marked pack is no place for a live chunk.
  case collectorsAvoidMarks
  /// What a delta stands on is as live as the delta.
  case basesAreLive
  /// Parents that leases name are roots, also where they were forgotten meanwhile.
  case leasedParents
  /// Packs younger than the oldest live lease's start are live.
  case youngPacks
  /// A mark is not swept while a writer works that began before it.
  case olderWriters
  /// Unmarks are listed right before each batch.
  case unmarks
  /// Snapshots are listed a second time before anything is decided.
  case listedTwice
  /// A mark stays for the grace period after its packs have gone.
  case lastingMarks
}
