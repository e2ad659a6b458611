/// A command that can work on every database of the fleet in one run.
///
/// It needs no code for that: `FleetRun` calls its `run(in:)` once for each member, in a context that
/// has the member's configuration and keeps what the command shows. A report's `brief` is what the
/// member's line says.
public protocol FleetCommand: RunnableCommand {
  /// The options that say so.
  var fleet: FleetOptions { get }
  /// What it works on: each database, or each repository once however many databases it holds.
  static var fleetUnit: FleetUnit { get }
  /// The word of the command line that names one database or snapshot and so cannot go with a
  /// fleet; nil where there is none. Throws a `Problem` for a word that cannot be read.
  func namedAlone() throws -> String?
}

/// What a command works on when it works on a fleet.
public enum FleetUnit: Sendable {
  /// A database.
  case database
  /// A repository.
  case repository
}

extension FleetCommand {
  /// Each database, unless the command says otherwise.
  public static var fleetUnit: FleetUnit { .database }
  /// Nothing, unless the command says otherwise.
  public func namedAlone() throws -> String? { nil }
}
