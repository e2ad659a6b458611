internal import Bytes
internal import Cryptography

/// The secrets of a repository as they are wrapped in key slots.
struct RootSecrets: Sendable {
  let identity: Secret
  let store: Secret
  let generations: [UInt32: Secret]

  private enum Role: UInt8 {
    case identity = 1
    case store = 2
    case generation = 3
  }

  static func random() throws -> RootSecrets {
    RootSecrets(
      identity: try .random(),
      store: try .random(),
      generations: [1: try .random()]
    )
  }

  init(identity: Secret, store: Secret, generations: [UInt32: Secret]) {
    self.identity = identity
    self.store = store
    self.generations = generations
  }

  func encoded() -> Secret {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: UInt16(generations.count + 2))
    Self.append(.identity, 0, identity, to: &bytes)
    Self.append(.store, 0, store, to: &bytes)
    for (number, secret) in generations.sorted(by: { $0.key < $1.key }) {
      Self.append(.generation, number, secret, to: &bytes)
    }
    return Secret(wiping: &bytes)
  }

  init(decoding bytes: [UInt8]) throws {
    var reader = ByteReader(bytes)
    var identity: Secret?
    var store: Secret?
    var generations: [UInt32: Secret] = [:]
    for _ in 0..<(try reader.u16()) {
      let role = Role(rawValue: try reader.u8())
      try reader.reserved(1)
      let number = try reader.u32()
      var content = Array(try reader.take(32))
      let secret = Secret(wiping: &content)
      switch role {
      case .identity: identity = secret
      case .store: store = secret
      case .generation: generations[number] = secret
      case nil: throw Malformed("it holds a secret of an unknown role")
      }
    }
    try reader.expectEnd()
    guard let identity, let store, !generations.isEmpty else {
      throw Malformed("it lacks one of the repository's secrets")
    }
    self.init(identity: identity, store: store, generations: generations)
  }

  private static func append(
    _ role: Role,
    _ number: UInt32,
    _ secret: Secret,
    to bytes: inout [UInt8]
  ) {
    bytes.append(role.rawValue)
    bytes.append(0)
    bytes.append(littleEndian: number)
    secret.withBytes { content in
      for index in content.indices { bytes.append(content[index]) }
    }
  }
}

/// The keys in use, derived from the root secrets under the labels of docs/format.md.
final class KeyRing: Sendable {
  let idKey: Secret
  let digestSeed: UInt64
  let indexKey: Secret
  /// The generation that seals what is written now.
  let currentGeneration: UInt32
  private let store: Secret
  private let instanceRoots: [UInt32: Secret]
  private let objectRoots: [UInt32: Secret]

  init(_ roots: RootSecrets) throws {
    idKey = try Self.derive(roots.identity, "drydock/1/chunk-id")
    let seed = try Self.derive(roots.identity, "drydock/1/row-digest-seed", count: 8)
    digestSeed = seed.withBytes { bytes in
      bytes.indices.reversed().reduce(0) { $0 << 8 | UInt64(bytes[$1]) }
    }
    indexKey = try Self.derive(roots.store, "drydock/1/index")
    store = roots.store
    instanceRoots = try roots.generations.mapValues {
      try Self.derive($0, "drydock/1/instance")
    }
    objectRoots = try roots.generations.mapValues { try Self.derive($0, "drydock/1/object") }
    currentGeneration = roots.generations.keys.max() ?? 1
  }

  func instanceRoot(_ generation: UInt32) throws -> Secret {
    guard let root = instanceRoots[generation] else { throw Self.missing(generation) }
    return root
  }

  func objectRoot(_ generation: UInt32) throws -> Secret {
    guard let root = objectRoots[generation] else { throw Self.missing(generation) }
    return root
  }

  func key(forUse label: String) throws -> Secret {
    try Self.derive(store, "drydock/1/use/\(label)")
  }

  static func derive(_ secret: Secret, _ label: String, count: Int = 32) throws -> Secret {
    try KeyDerivation.hkdf(secret, info: Array(label.utf8), count: count)
  }

  private static func missing(_ generation: UInt32) -> Malformed {
    Malformed("it is sealed with key generation \(generation), which the key slot does not hold")
  }
}
