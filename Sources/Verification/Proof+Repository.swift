public import Repository

extension Proof {
  /// All proofs of a repository, oldest first.
  public static func all(in repository: Repository) throws -> [Proof] {
    try repository.records(kind: .proof).map {
      try Proof(decoding: try repository.record(kind: .proof, id: $0))
    }.sorted { $0.proven < $1.proven }
  }
}
