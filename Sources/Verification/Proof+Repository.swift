public import Repository

extension Proof {
  /// All proofs of a repository, oldest first.
  public static func all(in repository: Repository) throws -> [Proof] {
    try repository.records(kind: .proof).compactMap {
      try repository.recordIfReadable(kind: .proof, id: $0).map { try Proof(decoding: $0) }
    }.sorted { $0.proven < $1.proven }
  }
}
