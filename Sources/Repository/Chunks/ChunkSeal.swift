internal import Bytes
internal import Cryptography

/// Names, seals and opens single chunks for one thread: its contexts are reused for every chunk.
final class ChunkSeal {
  private let keys: KeyRing
  private let repositoryID: [UInt8]
  private let idKey: HMACKey
  private let cipher: AESGCM
  private var roots: [UInt32: HMACKey] = [:]

  init(keys: KeyRing, binding: RepositoryBinding) throws {
    self.keys = keys
    repositoryID = binding.id
    idKey = try HMACKey(keys.idKey)
    cipher = try AESGCM()
  }

  /// The id of raw bytes.
  func id(of raw: Span<UInt8>, kind: ChunkKind) throws -> ChunkID {
    let code = try idKey.code(of: [kind.rawValue].span, raw)
    guard let id = ChunkID(code) else { throw CryptographyError.badLength("a chunk id") }
    return id
  }

  /// Appends a whole instance: header, salt, nonce, cipher text, tag.
  func seal(_ plain: Span<UInt8>, as instance: Instance, appendingTo output: inout [UInt8]) throws {
    instance.appendHeader(to: &output)
    let salt = try Randomness.bytes(Instance.saltLength)
    let nonce = try Randomness.bytes(AESGCM.nonceLength)
    output += salt
    output += nonce
    let additional = additional(of: instance)
    try cipher.seal(
      plain,
      key: key(of: instance, salt),
      nonce: nonce.span,
      additional: additional.span,
      appendingTo: &output
    )
  }

  /// Opens a whole instance, and appends its plain text to a buffer.
  ///
  /// - Parameters:
  ///   - bytes: From the header to the tag.
  ///   - expected: What the directory or the index says; the header must say the same.
  ///   - output: Grows by the plain text: raw bytes or a frame, as the codec says.
  /// - Throws: `CryptographyError.notAuthentic` or `Malformed`.
  func open(
    _ bytes: [UInt8],
    as expected: Instance,
    appendingTo output: inout [UInt8]
  ) throws {
    var reader = ByteReader(bytes)
    guard try Instance.readHeader(&reader) == expected else {
      throw Malformed("a chunk's header is not what the index says")
    }
    let salt = Array(try reader.take(Instance.saltLength))
    let nonce = Array(try reader.take(AESGCM.nonceLength))
    let additional = additional(of: expected)
    try cipher.open(
      bytes.span.extracting(reader.offset...),
      key: key(of: expected, salt),
      nonce: nonce.span,
      additional: additional.span,
      appendingTo: &output
    )
  }

  private func additional(of instance: Instance) -> [UInt8] {
    var additional = Array("drydock/1/chunk".utf8) + repositoryID
    instance.appendHeader(to: &additional)
    return additional
  }

  private func key(of instance: Instance, _ salt: [UInt8]) throws -> Secret {
    let root: HMACKey
    if let known = roots[instance.generation] {
      root = known
    } else {
      root = try HMACKey(keys.instanceRoot(instance.generation))
      roots[instance.generation] = root
    }
    var code = try root.code(of: instance.id.bytes.span, salt.span)
    return Secret(wiping: &code)
  }
}
