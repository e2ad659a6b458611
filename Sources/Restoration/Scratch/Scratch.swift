public import Cluster
public import Postgres
public import Processes

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

  /// A program that is kept as far away from this machine as the scratch itself.
  ///
  /// - Parameters:
  ///   - program: The program's path.
  ///   - arguments: Its arguments.
  /// - Returns: What can be run; nil where nobody keeps the scratch away from anything.
  func client(_ program: String, _ arguments: [String]) -> Invocation?

  /// Takes away everything that was made for it; blocks.
  func remove() throws
}

extension ScratchDatabase: Scratch {
  /// How far its server is kept away from this machine.
  public var isolation: Isolation { server.isolation }
  /// Nil: the server is Drydock's own.
  public var namedServer: String? { nil }

  /// A program behind the walls of its server.
  public func client(_ program: String, _ arguments: [String]) -> Invocation? {
    server.client(program, arguments)
  }

  /// Stops the server and removes all that it wrote.
  public func remove() throws { try server.remove() }
}
