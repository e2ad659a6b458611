internal import Problems

/// As whom a child runs, and whether it sees the network.
///
/// Both are done by small programs of util-linux that replace themselves with the real one, so the
/// child's process id is that of the program itself: `setpriv(1)` changes the user and forbids to
/// gain privileges again; `unshare(1)` gives it a network namespace with no interface that is up.
/// Unix sockets are found by their path, so they stay reachable.
public struct Confinement: Sendable, Equatable {
  /// The user to become, which needs root; nil to stay who we are.
  public var user: SystemUser?
  /// How the network is taken away, if it is.
  public var network: NetworkIsolation?

  /// A child that is like us.
  public static let none = Confinement()

  /// Describes a confinement; see `NetworkIsolation.available` for what this machine allows.
  public init(user: SystemUser? = nil, network: NetworkIsolation? = nil) {
    self.user = user
    self.network = network
  }

  /// The words that stand before the program's own.
  ///
  /// A privileged namespace must be made before the privilege is given up, an unprivileged one
  /// belongs to the user and is made after.
  var prefix: [String] {
    var words: [String] = []
    if network == .privileged { words += ["unshare", "--net", "--"] }
    if let user {
      words += [
        "setpriv", "--reuid=\(user.uid)", "--regid=\(user.gid)", "--clear-groups",
        "--no-new-privs", "--",
      ]
    }
    if network == .unprivileged {
      words += ["unshare", "--user", "--map-current-user", "--net", "--"]
    }
    return words
  }
}
