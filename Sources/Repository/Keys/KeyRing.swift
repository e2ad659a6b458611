internal import Cryptography
internal import Problems

/// The keys in use, derived from the root secrets under the labels of docs/format.md.
final class KeyRing: Sendable {
  /// Shared by a repository and its copies.
  let identity: Secret
  let idKey: Secret
  let digestSeed: UInt64
  let indexKey: Secret
  /// The generation that seals what is written now.
  let currentGeneration: UInt32
  /// The public key of the repository's authority, which signs marks and unmarks.
  let authority: [UInt8]
  /// Its private key: nil for those who may only write.
  let signer: Ed25519.PrivateKey?
  /// The generations of which a writer takes an instance as its own, see docs/format.md; nil for
  /// all, where there is nobody but full slots.
  let ownGenerations: Set<UInt32>?
  /// The generations of hosts that may only write, as far as these keys hold them.
  let hostGenerations: Set<UInt32>
  private let store: Secret?
  private let instanceRoots: [UInt32: Secret]
  private let objectRoots: [UInt32: Secret]

  /// Derives the keys.
  ///
  /// - Parameters:
  ///   - roots: What a slot holds.
  ///   - inUse: The generation that full slots agree on; the highest of the slot's own when nil.
  ///   - authority: The public key of the authority, where the roots do not give it.
  /// - Throws: When libcrypto refuses.
  init(_ roots: RootSecrets, inUse: UInt32? = nil, authority: [UInt8] = []) throws {
    identity = roots.identity
    idKey = try Self.derive(roots.identity, "drydock/1/chunk-id")
    let seed = try Self.derive(roots.identity, "drydock/1/row-digest-seed", count: 8)
    digestSeed = seed.withBytes { bytes in
      bytes.indices.reversed().reduce(0) { $0 << 8 | UInt64(bytes[$1]) }
    }
    indexKey = try Self.indexKey(of: roots)
    store = roots.store
    signer = roots.isFull ? try KeySlot.authority(roots) : nil
    self.authority = try signer?.publicKey() ?? authority
    let own = roots.isFull ? roots.generations : roots.hostGenerations
    currentGeneration = inUse ?? own.keys.max() ?? 1
    ownGenerations = roots.hostGenerations.isEmpty ? nil : Set(own.keys)
    hostGenerations = Set(roots.hostGenerations.keys)
    let all = roots.generations.merging(roots.hostGenerations) { shared, _ in shared }
    instanceRoots = try all.mapValues { try Self.derive($0, "drydock/1/instance") }
    objectRoots = try all.mapValues { try Self.derive($0, "drydock/1/object") }
  }

  /// Whether every generation may be read, and marks may be sealed.
  var isFull: Bool { store != nil }

  /// Whether what is sealed with a generation is this key's to read.
  ///
  /// All is a full key's; where it lacks a generation, it has found damage.
  func mayRead(_ generation: UInt32) -> Bool { isFull || instanceRoots[generation] != nil }

  func instanceRoot(_ generation: UInt32) throws -> Secret {
    guard let root = instanceRoots[generation] else { throw missing(generation) }
    return root
  }

  func objectRoot(_ generation: UInt32) throws -> Secret {
    guard let root = objectRoots[generation] else { throw missing(generation) }
    return root
  }

  func key(forUse label: String) throws -> Secret {
    guard let store else { throw KeyProblem.needsFullKey("the key for \(label)") }
    return try Self.derive(store, "drydock/1/use/\(label)")
  }

  static func indexKey(of roots: RootSecrets) throws -> Secret {
    if let index = roots.index { return index }
    guard let store = roots.store else { throw Malformed("it lacks the index key") }
    return try derive(store, "drydock/1/index")
  }

  static func derive(_ secret: Secret, _ label: String, count: Int = 32) throws -> Secret {
    try KeyDerivation.hkdf(secret, info: Array(label.utf8), count: count)
  }

  private func missing(_ generation: UInt32) -> any Error {
    guard isFull else {
      return KeyProblem.needsFullKey("what is sealed with key generation \(generation)")
    }
    return Malformed(
      "it is sealed with key generation \(generation), which no full key slot needs to lack: it was "
        + "changed, or an older revision of the key slot was put back"
    )
  }
}
