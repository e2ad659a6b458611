internal import Bytes
internal import Cryptography
internal import ObjectStore
internal import Problems

/// Looks for the slot that a credential opens, and can say why none does.
struct SlotSearch {
  /// A slot that opened.
  struct Found {
    let id: String
    let revision: UInt32
    let roots: RootSecrets
    let authority: [UInt8]
    /// Whether it opens for everybody.
    let isOpen: Bool
  }

  private let slots: KeySlots
  private let credential: Credential
  private let binding: RepositoryBinding
  /// Of slots that cannot be judged; any of them may be the one that should have opened.
  private var damages: [Problem]
  /// Who signed the slots that are whole and this repository's.
  private var authorities: Set<String> = []

  init(_ slots: KeySlots, _ credential: Credential, _ binding: RepositoryBinding) {
    (self.slots, self.credential, self.binding) = (slots, credential, binding)
    damages = slots.damages.sorted { $0.key < $1.key }.map(\.value)
  }

  /// The highest revision that opens.
  mutating func run() -> Found? {
    for slot in slots.revisions where slot.kind != KeySlot.Kind.none || takesOpenSlots {
      let found = attempt(slot.name) { search in try search.open(slot) }
      if let found { return found }
    }
    for (id, slot) in slots.first.sorted(by: { $0.key < $1.key })
    where !slot.isOpen || takesOpenSlots {
      let found = attempt(ObjectName(components: KeySlot.directory, id)) { search in
        try search.open(slot, id)
      }
      if let found { return found }
    }
    return nil
  }

  /// Why no slot opened.
  ///
  /// Only slots that are as they were signed may speak against a key.
  func failure(at location: String) -> Problem {
    if let damage = damages.first { return KeyProblem.unproven(damage, credential) }
    if authorities.isEmpty && slots.first.isEmpty {
      return KeyProblem.noSlot(location, foreign: slots.revisions.count, unknown: slots.unknown)
    }
    return KeyProblem.locked(location, credential, authorities: authorities.count)
  }

  /// Whether a slot that is open to everybody may be tried.
  ///
  /// Anybody can make one whose signature is valid, with secrets of his own, and a backup would be
  /// sealed for him. So who has a key tries one only where no slot of the repository needs a key,
  /// and ``OpenedSlot`` then refuses the repository.
  private var takesOpenSlots: Bool { !credential.isKey || !slots.needsKey(binding) }

  /// Nil for a slot that is another's.
  ///
  /// The signature comes before the key: nobody needs a key to see that a member was changed, and
  /// with a changed salt the right passphrase would look like a wrong one.
  private mutating func open(_ slot: KeySlot) throws -> Found? {
    guard try slot.isIntact() else {
      throw Malformed("one of its members was changed: its signature is not valid")
    }
    guard slot.isOf(binding) else {
      if slot.repository != Hex.text(binding.id) { return nil }
      let reason = "the key slot \(slot.id) was made for another one"
      throw Damage.problem(RepositoryFormat.name, reason)
    }
    authorities.insert(slot.authority)
    guard slot.kind != .removed, let root = try credential.root(of: slot),
      let roots = try slot.unwrap(root, binding)
    else { return nil }
    let authority = try KeySlot.bytes(slot.authority, 32, "authority")
    guard credential.trusts(authority) else {
      throw Malformed("it is signed by another authority than the one that the key file names")
    }
    return Found(
      id: slot.id,
      revision: slot.revision,
      roots: roots,
      authority: authority,
      isOpen: slot.kind == KeySlot.Kind.none
    )
  }

  private func open(_ slot: FirstKeySlot, _ id: String) throws -> Found? {
    guard let roots = try slot.unwrap(credential, binding) else { return nil }
    let authority = try KeySlot.authority(roots).publicKey()
    return Found(
      id: id,
      revision: 0,
      roots: roots,
      authority: authority,
      isOpen: slot.isOpen
    )
  }

  /// Nil for a slot that does not open or is damaged: another one may still open the repository.
  private mutating func attempt(
    _ name: ObjectName,
    _ body: (inout SlotSearch) throws -> Found?
  ) -> Found? {
    do {
      return try Damage.naming(name) { try body(&self) }
    } catch {
      damages.append((error as? Problem) ?? Damage.problem(name, "\(error)"))
      return nil
    }
  }
}
