/// How this machine lets us take the network away from a child.
public enum NetworkIsolation: String, Sendable, Equatable {
  /// As root: `unshare --net`.
  case privileged
  /// As anybody, through a user namespace of one's own: `unshare --user --net`.
  ///
  /// The user keeps its number inside, since PostgreSQL refuses to run as root, even as such a one.
  case unprivileged

  /// What works here, tried once; nil where neither does, for example in a strict container.
  public static let available: NetworkIsolation? = probed()

  private static func probed() -> NetworkIsolation? {
    if SystemUser.isRoot, works(.privileged, as: nil) { return .privileged }
    let user = SystemUser.isRoot ? SystemUser.named("nobody") : nil
    return works(.unprivileged, as: user) ? .unprivileged : nil
  }

  private static func works(_ isolation: NetworkIsolation, as user: SystemUser?) -> Bool {
    let trial = Invocation(
      "true",
      environment: [:],
      confinement: Confinement(user: user, network: isolation)
    )
    let outcome = try? trial.run(output: .discarded, timeLimit: .seconds(10))
    return outcome?.status.isSuccess ?? false
  }
}
