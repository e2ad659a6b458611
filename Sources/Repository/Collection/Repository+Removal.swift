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

  /// Throws where a writer may be at work that knows no marks: it would rely on packs that are
  /// about to go.
  ///
  /// - Throws: `repository.no-marks`.
  func checkMayMark() throws {
    guard !format.allowsMarks else { return }
    throw Problem(
      .refused,
      code: "repository.no-marks",
      "\(store.location) was made before collection, and cannot be collected",
      reason: "its `format` does not tell writers of that time to keep away from what is marked",
      facts: [.init("repository", store.location)],
      hint: "Copy what is to stay into a new repository: "
        + "`drydock copy SNAPSHOT --to URL --init`. Nothing was changed."
    )
  }
}
