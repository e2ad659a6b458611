public import Cluster
public import Postgres

/// Where a copy of production is, in which strangers' code may run.
public protocol Scratch: Sendable {
  /// The way in for the administrator, a superuser.
  var administration: ConnectionSettings { get }
  /// How far it is kept away from this machine.
  var isolation: Isolation { get }
  /// The server that a person named, as `host:port`; nil for one that Drydock started.
  var namedServer: String? { get }

  /// The way in for the migrator, or for whoever loads rows.
  func settings(role: String) -> ConnectionSettings

  /// Takes away everything that was made for it; blocks.
  func remove() throws
}

extension ScratchDatabase: Scratch {
  /// How far its server is kept away from this machine.
  public var isolation: Isolation { server.isolation }
  /// Nil: the server is Drydock's own.
  public var namedServer: String? { nil }

  /// Stops the server and removes all that it wrote.
  public func remove() throws { try server.remove() }
}
