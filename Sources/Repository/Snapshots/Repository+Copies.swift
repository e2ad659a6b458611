internal import Cryptography
internal import ObjectStore
internal import Problems

extension Repository {
  /// Throws unless another repository can hold copies of this one's snapshots.
  ///
  /// - Throws: `copy.same-repository`, or `copy.other-identity` where the two were made apart.
  public func checkSharesIdentity(with target: Repository) throws {
    let facts = [
      Problem.Fact("repository", store.location), .init("copy", target.store.location),
    ]
    guard target.id != id else {
      throw Problem(
        .usage,
        code: "copy.same-repository",
        "\(target.store.location) is the repository from which it should be copied",
        facts: facts,
        hint: "Name another place with --to, best on other hardware in another building."
      )
    }
    guard keys.identity.matches(target.keys.identity) else {
      throw Problem(
        .refused,
        code: "copy.other-identity",
        "\(target.store.location) was not made as a copy of \(store.location)",
        reason: "the two do not share the secret that names chunks, so neither can hold the "
          + "other's snapshots",
        facts: facts,
        hint: "Make the second repository in an empty place with `drydock copy --to URL --init`. "
          + "Nothing was changed."
      )
    }
  }
}
