internal import Bytes
internal import Cryptography

/// The secrets of a repository as they are wrapped in key slots.
struct RootSecrets: Sendable {
  let identity: Secret
  /// What the store's keys come from; nil in a slot that may only write.
  let store: Secret?
  /// The index key, in a slot that does not have what it comes from.
  let index: Secret?
  /// What every full slot seals with, by number.
  var generations: [UInt32: Secret]
  /// What slots that may only write seal with, each with its own, by number.
  var hostGenerations: [UInt32: Secret]

  private enum Role: UInt8 {
    case identity = 1
    case store = 2
    case generation = 3
    case index = 4
    case hostGeneration = 5
  }

  /// Whether these are all secrets of the repository.
  var isFull: Bool { store != nil }

  /// The highest number of a generation.
  var highest: UInt32 {
    max(generations.keys.max() ?? 0, hostGenerations.keys.max() ?? 0)
  }

  static func random(identity: Secret? = nil) throws -> RootSecrets {
    RootSecrets(
      identity: try identity ?? .random(),
      store: try .random(),
      index: nil,
      generations: [1: try .random()],
      hostGenerations: [:]
    )
  }

  /// What a slot that may only write gets of them: some host generations, and no way to the others.
  func forWriting(with numbers: [UInt32]) throws -> RootSecrets {
    RootSecrets(
      identity: identity,
      store: nil,
      index: try KeyRing.indexKey(of: self),
      generations: [:],
      hostGenerations: hostGenerations.filter { numbers.contains($0.key) }
    )
  }

  func encoded() -> Secret {
    var secrets: [(Role, UInt32, Secret)] = [(.identity, 0, identity)]
    if let store { secrets.append((.store, 0, store)) }
    if let index { secrets.append((.index, 0, index)) }
    secrets += generations.sorted { $0.key < $1.key }.map { (.generation, $0.key, $0.value) }
    secrets += hostGenerations.sorted { $0.key < $1.key }
      .map { (.hostGeneration, $0.key, $0.value) }
    var bytes: [UInt8] = []
    bytes.append(littleEndian: UInt16(secrets.count))
    for (role, number, secret) in secrets {
      bytes += [role.rawValue, 0]
      bytes.append(littleEndian: number)
      secret.withBytes { content in
        for index in content.indices { bytes.append(content[index]) }
      }
    }
    return Secret(wiping: &bytes)
  }

  init(decoding bytes: [UInt8]) throws {
    var reader = ByteReader(bytes)
    var single: [Role: Secret] = [:]
    var generations: [UInt32: Secret] = [:]
    var hostGenerations: [UInt32: Secret] = [:]
    for _ in 0..<(try reader.u16()) {
      let role = Role(rawValue: try reader.u8())
      try reader.reserved(1)
      let number = try reader.u32()
      var content = Array(try reader.take(32))
      let secret = Secret(wiping: &content)
      switch role {
      case .generation: generations[number] = secret
      case .hostGeneration: hostGenerations[number] = secret
      case .some(let role): single[role] = secret
      case nil: throw Malformed("it holds a secret of an unknown role")
      }
    }
    try reader.expectEnd()
    let isFull = single[.store] != nil && !generations.isEmpty
    let mayWrite = single[.index] != nil && generations.isEmpty && !hostGenerations.isEmpty
    guard let identity = single[.identity], isFull != mayWrite else {
      throw Malformed("it lacks one of the repository's secrets")
    }
    self.init(
      identity: identity,
      store: single[.store],
      index: single[.index],
      generations: generations,
      hostGenerations: hostGenerations
    )
  }

  init(
    identity: Secret,
    store: Secret?,
    index: Secret?,
    generations: [UInt32: Secret],
    hostGenerations: [UInt32: Secret]
  ) {
    self.identity = identity
    self.store = store
    self.index = index
    self.generations = generations
    self.hostGenerations = hostGenerations
  }
}

extension RootSecrets {
  /// Seals the secrets, as a slot stores them.
  func wrapped(key: Secret, nonce: [UInt8], additional: [UInt8]) throws -> [UInt8] {
    var wrapped: [UInt8] = []
    try encoded().withBytes { plain throws in
      try AESGCM().seal(
        plain,
        key: key,
        nonce: nonce.span,
        additional: additional.span,
        appendingTo: &wrapped
      )
    }
    return wrapped
  }

  /// Opens what a slot stores; nil when the key is another one.
  init?(unwrapping wrapped: [UInt8], key: Secret, nonce: [UInt8], additional: [UInt8]) throws {
    var plain: [UInt8] = []
    do {
      try AESGCM().open(
        wrapped.span,
        key: key,
        nonce: nonce.span,
        additional: additional.span,
        appendingTo: &plain
      )
    } catch CryptographyError.notAuthentic {
      return nil
    }
    defer { _ = Secret(wiping: &plain) }
    try self.init(decoding: plain)
  }
}
