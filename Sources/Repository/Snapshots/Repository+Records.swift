public import ObjectStore
internal import Problems

/// What a record beside the snapshots says.
public enum RecordKind: String, Sendable, CaseIterable {
  /// A rehearsal's receipt: JSON that its author signed, stored as it is.
  case receipt = "receipts"
  /// The word that a receipt must not be used any more: JSON that its author signed, as it is.
  case revocation = "revocations"
  /// The history of a restore, sealed.
  case restore = "restores"
  /// The result of a verification, sealed.
  case proof = "proofs"
  /// What was attached to a snapshot after it was taken, sealed and signed by who holds a full key.
  case tags

  fileprivate var seal: SealedObject.Kind? {
    switch self {
    case .receipt, .revocation: nil
    case .restore: .restore
    case .proof: .proof
    case .tags: .tags
    }
  }
}

extension Repository {
  private static var recordLimit: Int { 64 << 20 }

  /// Stores a record once.
  ///
  /// - Parameters:
  ///   - kind: What it is.
  ///   - id: 1 to 128 characters of `A-Z a-z 0-9 . _ -`, not beginning with a dot.
  ///   - bytes: Its content.
  /// - Throws: `store.exists` when there is one with this id.
  public func putRecord(kind: RecordKind, id: String, _ bytes: [UInt8]) throws {
    let name = try Self.name(kind, id)
    guard bytes.count < Self.recordLimit else {
      throw Problem(
        code: "repository.record-too-large",
        "the record \(name) of \(bytes.count) bytes is larger than the \(Self.recordLimit) that fit"
      )
    }
    guard let seal = kind.seal else { return try store.put(name, bytes) }
    try store.put(name, try sealed.seal(bytes, as: seal, name: name))
  }

  /// The ids of all records of a kind, sorted.
  public func records(kind: RecordKind) throws -> [String] {
    try store.list(kind.rawValue).map(\.name.lastComponent).sorted()
  }

  /// The content of a record.
  public func record(kind: RecordKind, id: String) throws -> [UInt8] {
    let name = try Self.name(kind, id)
    let bytes = try store.get(name, limit: Self.recordLimit + 1024)
    guard let seal = kind.seal else { return bytes }
    return try Damage.naming(name) { try sealed.open(bytes, as: seal, name: name) }
  }

  /// The content of a record, or nil where the key slot in use may not read it.
  public func recordIfReadable(kind: RecordKind, id: String) throws -> [UInt8]? {
    do {
      return try record(kind: kind, id: id)
    } catch let problem as Problem where problem.code == KeyProblem.needsFullKey {
      return nil
    }
  }

  /// The ids of the records of a kind that is signed and not sealed; no key is needed.
  public static func signedRecords(
    _ kind: RecordKind,
    in store: any ObjectStore
  ) throws -> [String] {
    precondition(kind.seal == nil, "records of this kind are sealed")
    return try store.list(kind.rawValue).map(\.name.lastComponent)
  }

  /// The content of a record that is signed and not sealed; no key is needed.
  public static func signedRecord(
    _ kind: RecordKind,
    _ id: String,
    in store: any ObjectStore
  ) throws -> [UInt8] {
    precondition(kind.seal == nil, "records of this kind are sealed")
    return try store.get(try name(kind, id), limit: Self.recordLimit + 1024)
  }

  /// Removes a record; one that has gone meanwhile is no error.
  ///
  /// - Throws: `repository.append-only`, `repository.needs-full-key`; what the store throws.
  public func removeRecord(kind: RecordKind, id: String) throws {
    try checkMayRemove()
    try requireFullKey(for: "removing records")
    do {
      try store.delete(try Self.name(kind, id))
    } catch let problem as Problem where problem.code == StoreProblem.notFoundCode {
      // Somebody else had the same wish.
    }
  }

  private static func name(_ kind: RecordKind, _ id: String) throws -> ObjectName {
    guard id.utf8.count <= 128, !id.contains("/"),
      let name = ObjectName("\(kind.rawValue)/\(id)")
    else {
      throw Problem(.usage, code: "repository.bad-record-id", "`\(id)` cannot name a record")
    }
    return name
  }
}
