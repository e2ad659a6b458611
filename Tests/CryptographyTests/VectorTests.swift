import Cryptography
import Testing

/// Bytes from hexadecimal text of a standard.
private func hex(_ text: String) -> [UInt8] {
  let digits = Array(text.filter { $0.isHexDigit })
  return stride(from: 0, to: digits.count, by: 2).compactMap {
    UInt8(String(digits[$0...$0 + 1]), radix: 16)
  }
}

private func secret(_ bytes: [UInt8]) -> Secret { Secret(bytes.span) }

/// The code of a message, as an expectation can compare it: a span cannot leave its expression.
private func code(_ key: HMACKey, _ first: String, _ second: String = "") throws -> [UInt8] {
  let first = Array(first.utf8)
  let second = Array(second.utf8)
  return try key.code(of: first.span, second.span)
}

private func signature(_ key: Ed25519.PrivateKey, _ message: [UInt8]) throws -> [UInt8] {
  try key.signature(of: message.span)
}

private func isValid(
  _ signature: [UInt8],
  _ message: [UInt8],
  _ publicKey: [UInt8]
) throws -> Bool {
  try Ed25519.isValid(signature, of: message.span, publicKey: publicKey)
}

private func open(
  _ sealed: [UInt8],
  _ key: Secret,
  _ nonce: [UInt8],
  _ additional: [UInt8]
) throws -> [UInt8] {
  var opened: [UInt8] = []
  try AESGCM().open(
    sealed.span,
    key: key,
    nonce: nonce.span,
    additional: additional.span,
    appendingTo: &opened
  )
  return opened
}

private func bytes(of secret: Secret) -> [UInt8] {
  secret.withBytes { bytes in bytes.indices.map { bytes[$0] } }
}

@Suite("Primitives give what their standards say")
struct VectorTests {
  @Test("SHA-256: FIPS 180-4, `abc` and nothing")
  func sha256() throws {
    #expect(
      try SHA256.hash(Array("abc".utf8))
        == hex("ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad")
    )
    #expect(
      try SHA256.hash([])
        == hex("e3b0c442 98fc1c14 9afbf4c8 996fb924 27ae41e4 649b934c a495991b 7852b855")
    )
  }

  @Test("HMAC-SHA-256: RFC 4231, cases 1, 2 and 6, from one key more than once")
  func hmac() throws {
    let first = try HMACKey(secret([UInt8](repeating: 0x0b, count: 20)))
    let expected = hex("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
    #expect(try code(first, "Hi There") == expected)
    #expect(try code(first, "Hi ", "There") == expected)
    #expect(try code(first, "") != expected)
    #expect(try code(first, "Hi There") == expected)
    #expect(
      try code(HMACKey(Secret(text: "Jefe")), "what do ya want for nothing?")
        == hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    )
    let long = try HMACKey(secret([UInt8](repeating: 0xaa, count: 131)))
    #expect(
      try code(long, "Test Using Larger Than Block-Size Key - Hash Key First")
        == hex("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    )
  }

  @Test("HKDF-SHA-256: RFC 5869, cases 1 and 3")
  func hkdf() throws {
    let secret = secret([UInt8](repeating: 0x0b, count: 22))
    let first = try KeyDerivation.hkdf(
      secret,
      salt: hex("000102030405060708090a0b0c"),
      info: hex("f0f1f2f3f4f5f6f7f8f9"),
      count: 42
    )
    #expect(
      bytes(of: first)
        == hex(
          "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        )
    )
    let third = try KeyDerivation.hkdf(secret, info: [], count: 42)
    #expect(
      bytes(of: third)
        == hex(
          "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
        )
    )
  }

  @Test("scrypt: RFC 7914, section 12, the second vector")
  func scrypt() throws {
    let key = try KeyDerivation.scrypt(
      Secret(text: "password"),
      salt: Array("NaCl".utf8),
      cost: .init(n: 1024, r: 8, p: 16),
      count: 64
    )
    #expect(
      bytes(of: key)
        == hex(
          """
          fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162
          2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640
          """
        )
    )
  }

  @Test("AES-256-GCM: the specification's test case 16")
  func gcm() throws {
    let key = secret(hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"))
    let nonce = hex("cafebabefacedbaddecaf888")
    let additional = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    let plain = hex(
      """
      d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72
      1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39
      """
    )
    let expected = hex(
      """
      522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa
      8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662
      76fc6ece0f4e1768cddf8853bb2d551b
      """
    )
    let cipher = try AESGCM()
    var sealed: [UInt8] = [1]
    try cipher.seal(
      plain.span,
      key: key,
      nonce: nonce.span,
      additional: additional.span,
      appendingTo: &sealed
    )
    #expect(sealed == [1] + expected)
    var opened: [UInt8] = []
    try cipher.open(
      expected.span,
      key: key,
      nonce: nonce.span,
      additional: additional.span,
      appendingTo: &opened
    )
    #expect(opened == plain)
  }

  @Test("A sealed text opens only unchanged, with the same key, nonce and additional data")
  func gcmRefuses() throws {
    let cipher = try AESGCM()
    let key = try Secret.random()
    let nonce = try Randomness.bytes(12)
    let additional: [UInt8] = [1]
    for count in [0, 1, 1000] {
      let plain = [UInt8](repeating: 5, count: count)
      var sealed: [UInt8] = []
      try cipher.seal(
        plain.span,
        key: key,
        nonce: nonce.span,
        additional: additional.span,
        appendingTo: &sealed
      )
      #expect(try open(sealed, key, nonce, additional) == plain)
      for position in [0, sealed.count / 2, sealed.count - 1] {
        var changed = sealed
        changed[position] ^= 1
        #expect(throws: CryptographyError.notAuthentic) {
          try open(changed, key, nonce, additional)
        }
      }
      #expect(throws: CryptographyError.notAuthentic) { try open(sealed, key, nonce, [2]) }
      #expect(throws: CryptographyError.notAuthentic) {
        try open(sealed, .random(), nonce, additional)
      }
      #expect(throws: CryptographyError.notAuthentic) { try open([1, 2], key, nonce, additional) }
    }
  }

  @Test("Ed25519: RFC 8032, section 7.1, tests 1 and 2")
  func ed25519() throws {
    let first = try Ed25519.PrivateKey(
      seed: secret(hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
    )
    let publicKey = hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    #expect(try first.publicKey() == publicKey)
    let made = try signature(first, [])
    #expect(
      made
        == hex(
          """
          e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155
          5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b
          """
        )
    )
    let second = try Ed25519.PrivateKey(
      seed: secret(hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
    )
    #expect(
      try signature(second, [0x72])
        == hex(
          """
          92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da
          085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00
          """
        )
    )
    #expect(try isValid(made, [], publicKey))
    #expect(try !isValid(made, [1], publicKey))
    #expect(try !isValid([1, 2], [], publicKey))
    let fresh = try Ed25519.PrivateKey.generate()
    #expect(try !isValid(made, [], fresh.publicKey()))
  }

  @Test("A secret is never printed, and wipes what it was made from")
  func secrets() {
    var bytes = Array("hunter2".utf8)
    let secret = Secret(wiping: &bytes)
    #expect(bytes.allSatisfy { $0 == 0 } && secret.count == 7)
    var dumped = ""
    dump((secret, [secret]), to: &dumped)
    #expect("\(secret)" == "[secret]" && !dumped.contains("hunter2"))
    #expect(secret.matches(Secret(text: "hunter2")))
    #expect(!secret.matches(Secret(text: "hunter3")) && !secret.matches(Secret(text: "")))
  }
}
