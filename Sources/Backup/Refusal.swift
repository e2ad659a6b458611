/// The ways in which a server says no to a backup that would leave a trace in it.
///
/// A backup must not fail where it may only read: it then proves less, and says so.
enum Refusal {
  /// SQLSTATEs (manual, appendix A): no privilege, a read-only transaction or server, a schema or
  /// table that is not there, no disk.
  static let states: Set<String> = ["42501", "25006", "3F000", "42P01", "0A000", "55000"]
}
