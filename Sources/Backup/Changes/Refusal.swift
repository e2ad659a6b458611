/// The ways in which a server says no to a backup that would leave a trace in it.
///
/// A backup must not fail where it may only read: it then proves less, and says so.
enum Refusal {
  /// SQLSTATEs (manual, appendix A): no privilege, a read-only server, a schema or a table that is
  /// not there, a feature or a state that does not allow it; and what a second backup meets that
  /// makes the same schema or table at the same moment.
  static let states: Set<String> = [
    "42501", "25006", "3F000", "42P01", "0A000", "55000", "42P06", "42P07", "23505",
  ]
}
