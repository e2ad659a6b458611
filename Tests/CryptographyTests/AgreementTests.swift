import Cryptography
import Testing

/// Bytes from hexadecimal text of a standard.
private func hex(_ text: String) -> [UInt8] {
  let digits = Array(text)
  return stride(from: 0, to: digits.count, by: 2).compactMap {
    UInt8(String(digits[$0...$0 + 1]), radix: 16)
  }
}

private func bytes(of secret: Secret) -> [UInt8] {
  secret.withBytes { bytes in bytes.indices.map { bytes[$0] } }
}

private func key(_ text: String) throws -> X25519.PrivateKey {
  let bytes = hex(text)
  return try X25519.PrivateKey(Secret(bytes.span))
}

@Suite("X25519 gives what RFC 7748 says")
struct AgreementTests {
  @Test("Section 6.1: two keys, their public halves, and one secret on both sides")
  func agreement() throws {
    let alice = try key("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")
    let bob = try key("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")
    #expect(
      try bob.publicKey()
        == hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")
    )
    #expect(
      try alice.publicKey()
        == hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")
    )
    let fromAlice = bytes(of: try alice.agreement(with: try bob.publicKey()))
    let fromBob = bytes(of: try bob.agreement(with: try alice.publicKey()))
    #expect(fromAlice == hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"))
    #expect(fromBob == fromAlice)
  }

  @Test("Section 5.2: both single vectors, and the iterated one after 1 and 1000 rounds")
  func vectors() throws {
    let first = try key("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4")
    #expect(
      bytes(
        of: try first.agreement(
          with: hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c")
        )
      ) == hex("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")
    )
    let second = try key("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d")
    #expect(
      bytes(
        of: try second.agreement(
          with: hex("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493")
        )
      ) == hex("95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")
    )
    var (k, u) = ([9] + [UInt8](repeating: 0, count: 31), [9] + [UInt8](repeating: 0, count: 31))
    for round in 1...1000 {
      let next = bytes(of: try X25519.PrivateKey(Secret(k.span)).agreement(with: u))
      (k, u) = (next, k)
      if round == 1 {
        #expect(k == hex("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079"))
      }
    }
    #expect(k == hex("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"))
  }

  @Test("A public key of low order, which would give everybody the same secret, is refused")
  func lowOrder() throws {
    let key = try X25519.PrivateKey.generate()
    for point in [[UInt8](repeating: 0, count: 32), [1] + [UInt8](repeating: 0, count: 31)] {
      #expect(throws: CryptographyError.libraryFailed("agree on a key with X25519")) {
        try key.agreement(with: point)
      }
    }
  }

  @Test("A key of another length is refused")
  func lengths() throws {
    let key = try X25519.PrivateKey.generate()
    #expect(throws: CryptographyError.badLength("a public key")) {
      try key.agreement(with: [UInt8](repeating: 9, count: 31))
    }
    #expect(throws: CryptographyError.badLength("a private key")) {
      try X25519.PrivateKey(Secret.random(count: 33))
    }
  }
}
