internal import Bytes
public import FoundationEssentials

/// What people want to know of a key slot.
public struct KeySlotSummary: Sendable, Equatable {
  /// 32 hexadecimal digits.
  public var id: String
  /// `passphrase`, `keyfile`, `recipient` or `none`.
  public var kind: String
  /// What its holder may do.
  public var role: KeyRole
  /// Text for people.
  public var label: String
  /// When it was made; nil for slots of version 1, which do not say.
  public var created: Date?
  /// The highest generation that it seals with; nil for slots of version 1.
  public var generation: UInt32?
  /// Who signed it, for a host's key file to name; nil for slots of version 1.
  public var authority: PublicKey?
  /// Whether the repository was opened with it.
  public var isOwn: Bool

  init(_ slot: KeySlot, isOwn: Bool) throws {
    id = slot.id
    kind = slot.kind.rawValue
    role = slot.role
    label = slot.label
    created = Date(timeIntervalSince1970: Double(slot.created))
    generation = slot.generations.max()
    let signer = Hex.bytes(slot.authority, count: 32)
    authority = try signer.map { try PublicKey(purpose: .authority, bytes: $0) }
    self.isOwn = isOwn
  }

  init(_ slot: FirstKeySlot, id: String, isOwn: Bool) {
    self.id = id
    kind = slot.kind
    role = .full
    label = slot.label
    self.isOwn = isOwn
  }
}
