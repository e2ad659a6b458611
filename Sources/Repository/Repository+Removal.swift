internal import ObjectStore
internal import Problems

extension Repository {
  /// Throws where nothing is to be removed; to be asked by whoever is about to.
  ///
  /// - Throws: `repository.append-only`.
  public func checkMayRemove() throws {
    guard isAppendOnly else { return }
    throw Problem(
      .refused,
      code: "repository.append-only",
      "\(store.location) is append-only: nothing is removed from it",
      reason: "it was made so, and that cannot be changed",
      facts: [.init("repository", store.location)],
      hint: "To keep less, make another repository, and copy to it what is to stay: "
        + "`drydock copy SNAPSHOT --to URL --init`. Nothing was changed."
    )
  }
}
