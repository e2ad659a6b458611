/// For whom a key slot is made.
public enum KeyRecipient: Sendable {
  /// Whoever has this passphrase or key file, which is at hand.
  case holder(Credential)
  /// A host that has given its public key and keeps the other half.
  case host(PublicKey)
}
