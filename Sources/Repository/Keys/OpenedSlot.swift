internal import Cryptography
internal import ObjectStore
internal import Problems

/// A key slot that a credential opened, and what the slots beside it say.
struct OpenedSlot {
  /// The slot's id.
  let id: String
  var roots: RootSecrets
  /// The public key of the repository's authority.
  let authority: [UInt8]
  /// All slots of the store.
  let slots: KeySlots
  /// The last revision of every slot, removed ones too, that the repository's authority signed.
  let latest: [String: KeySlot]

  /// Finds the slot and opens it.
  ///
  /// - Parameters:
  ///   - store: Where the repository is.
  ///   - credential: What there is to open it.
  ///   - binding: The repository.
  /// - Throws: `repository.needs-passphrase`, `repository.wrong-passphrase`,
  ///   `repository.wrong-key-file`, `repository.not-encrypted`, `repository.no-key-slot`,
  ///   `repository.slot-removed`, `repository.damaged`.
  init(
    in store: any ObjectStore,
    _ credential: Credential,
    _ binding: RepositoryBinding
  ) throws {
    slots = try KeySlots(in: store)
    var search = SlotSearch(slots, credential, binding)
    guard let found = search.run() else { throw search.failure(at: store.location) }
    // Whoever may delete in the store can put a repository that everybody reads in another's place.
    if found.isOpen && credential.isKey {
      throw KeyProblem.notEncrypted(store.location, credential)
    }
    (id, roots, authority) = (found.id, found.roots, found.authority)
    latest = try slots.latest(signedBy: found.authority, binding)
    guard let last = latest[id] else { return }
    guard last.kind != .removed else { throw KeyProblem.removed(id) }
    if last.revision != found.revision {
      throw Damage.problem(last.name, "the key that opens an earlier revision does not open it")
    }
  }

  /// Slots that are in force.
  var live: [KeySlot] {
    latest.values.filter { $0.kind != .removed }.sorted { $0.id < $1.id }
  }

  /// Slots of version 1 that no revision has replaced.
  var liveFirst: [(id: String, slot: FirstKeySlot)] {
    slots.first.filter { latest[$0.key] == nil }.sorted { $0.key < $1.key }
      .map { (id: $0.key, slot: $0.value) }
  }

  /// The generations that another slot holds and this one does not, as far as a full one can tell.
  func lacking(_ slot: KeySlot) -> [UInt32] {
    let own = Set(roots.generations.keys).union(roots.hostGenerations.keys)
    return Set(slot.generations + [slot.highest]).subtracting(own).sorted()
  }

  /// The generations that this slot holds and no other full one, as far as those tell.
  ///
  /// They name the highest of the hosts' alone, and who made that one held those before it.
  var heldAlone: [UInt32] {
    let others = live.filter { $0.role == .full && $0.id != id }
    guard !others.isEmpty else { return [] }
    let shared = roots.generations.keys.filter { number in
      !others.contains { $0.generations.contains(number) }
    }
    let hosts = roots.hostGenerations.keys.filter { number in
      !others.contains { $0.highest >= number }
    }
    return (shared + hosts).sorted()
  }

  /// A number that no generation has or had, not even one that was lost with its slot.
  var nextGeneration: UInt32 { max(roots.highest, latest.values.map(\.highest).max() ?? 0) + 1 }

  /// The generation that every full slot holds; nil where the slot's own highest is the one.
  var generationInUse: UInt32? {
    guard roots.isFull else { return nil }
    let common = live.filter { $0.role == .full }.map { $0.generations.max() ?? 0 }.min()
    return common.flatMap { common in roots.generations.keys.filter { $0 <= common }.max() }
  }

  /// That slots do not hold the same generations, if it is so.
  var notice: Problem? {
    guard roots.isFull else { return nil }
    let full = live.filter { $0.role == .full }
    guard Set(full.map(\.generations)).count > 1 else { return nil }
    return KeyProblem.unfinished(
      full.map { "\($0.id.prefix(8)) up to \($0.generations.max() ?? 0)" }
    )
  }
}
