/// A command that a plan runs by itself, in the order in which a night needs them.
public enum ScheduledTask: String, Sendable, CaseIterable, Codable {
  /// Takes a snapshot.
  case backup
  /// Removes snapshots that the policy does not keep.
  case forget
  /// Gives back the space that no snapshot needs.
  case collect
  /// Proves that a snapshot restores.
  case verify
  /// Checks the repository.
  case check
  /// Copies snapshots to a second repository.
  case copy
}
