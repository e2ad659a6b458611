public import Processes

/// How far a scratch server is kept away from the machine that it runs on.
///
/// Production's functions, an imported dump and a pull request's patches all execute in it.
public struct Isolation: Sendable, Equatable, Codable {
  /// Whether it has no network.
  public let network: Bool
  /// Whether it runs as a user of its own, who cannot read our files or our memory.
  public let user: Bool
  /// Whether its environment holds only what it needs; always so.
  public let environment: Bool

  /// That of a server which Drydock did not start: none that it knows of.
  public static let none = Isolation(network: false, user: false, environment: false)

  /// Whether nothing is missing.
  public var isComplete: Bool { network && user && environment }

  /// What is missing, each in a sentence with its remedy.
  public var shortcomings: [String] {
    guard environment else {
      return [
        "The scratch is on a server that was named, and nobody knows what can be reached from there."
      ]
    }
    var missing: [String] = []
    if !network {
      missing.append(
        "The scratch server can reach the network. Allow unprivileged user namespaces "
          + "(sysctl kernel.unprivileged_userns_clone=1), or run as root."
      )
    }
    if !user {
      missing.append(
        "The scratch server runs as the user who starts it, so what it executes can read that "
          + "user's files. Run as root, which gives it the user nobody, or in a container."
      )
    }
    return missing
  }

  /// What this machine allows, tried once.
  public static var available: Isolation { Isolation(.forScratch) }

  private init(network: Bool, user: Bool, environment: Bool) {
    self.network = network
    self.user = user
    self.environment = environment
  }

  init(_ confinement: Confinement) {
    network = confinement.network != nil
    user = confinement.user != nil
    environment = true
  }
}

extension Confinement {
  /// How a scratch server is confined on this machine.
  ///
  /// As root it becomes `drydock-scratch`, where an administrator made such a user, else `nobody`.
  /// Never `postgres`: a program run by that user would be the superuser of every production
  /// server on this machine through its socket (PostgreSQL manual, "Peer Authentication").
  public static var forScratch: Confinement {
    let users = ["drydock-scratch", "nobody"]
    let user = SystemUser.isRoot ? users.lazy.compactMap { SystemUser.named($0) }.first : nil
    return Confinement(user: user, network: NetworkIsolation.available)
  }
}
