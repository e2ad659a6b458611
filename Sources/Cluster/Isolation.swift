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
  /// As root it becomes `drydock-scratch`, where an administrator made such a user, else `nobody` in
  /// a group of this process's own: other programs run as `nobody` too, and would be let in. Never
  /// `postgres`: a program run by that user would be the superuser of every production server on this
  /// machine through its socket (PostgreSQL manual, "Peer Authentication").
  public static var forScratch: Confinement {
    Confinement(user: scratchUser, network: NetworkIsolation.available)
  }

  /// Found once, since clients of a server must be in the same group as the server.
  private static let scratchUser: SystemUser? = foundUser()

  /// Groups that nobody is a permanent member of (systemd, "Users, Groups, UIDs and GIDs"); also a
  /// container that has only 65,536 of them has these.
  private static let freeGroups: ClosedRange<UInt32> = 61_184...65_519

  private static func foundUser() -> SystemUser? {
    guard SystemUser.isRoot else { return nil }
    if let own = SystemUser.named("drydock-scratch") { return own }
    guard let shared = SystemUser.named("nobody") else { return nil }
    let alone = shared.group(UInt32.random(in: freeGroups))
    let trial = Invocation("true", environment: [:], confinement: Confinement(user: alone))
    let outcome = try? trial.run(output: .discarded, timeLimit: .seconds(10))
    // A container may have no such group; the directory is closed to all others even so.
    return outcome?.status.isSuccess == true ? alone : shared
  }
}
