/// What befalls the actors of a play, beside sleep and death, which may always come.
///
/// Each kind makes likely what plays of the others hardly ever meet.
enum Mishap: CaseIterable, Sendable {
  /// Nothing else.
  case none
  /// A listing may be some hours old, whatever the one before it showed.
  case oldListings
  /// For a whole task a directory is seen as it was some hours ago, but for what one wrote oneself.
  case laggingDirectories
  /// The first listing of snapshots in a task may lack one.
  case partialListings
  /// Who is about to commit a snapshot, or to remove a pack, may fall asleep for days.
  case sleepBeforeDeeds

  /// Whether a failure may come of what a listing showed.
  var isOfListings: Bool { self != .none && self != .sleepBeforeDeeds }
}
