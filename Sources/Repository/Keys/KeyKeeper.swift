internal import Bytes
public import FoundationEssentials
public import ObjectStore
public import Problems
internal import Cryptography

/// Lists and changes the key slots of a repository; the algorithm is in Repository.md.
///
/// Every change writes whole new revisions, those of full slots first, and deletes what they replace
/// last. So whoever is interrupted leaves a repository that opens with every slot that was there.
/// Changes come one at a time: of two at once, one fails with `key.changed-meanwhile`.
public struct KeyKeeper: Sendable {
  private let store: any ObjectStore
  private let credential: Credential
  private let format: RepositoryFormat
  private let binding: RepositoryBinding
  private let clock: @Sendable () -> Date

  /// Makes a keeper; nothing is opened yet.
  ///
  /// - Parameters:
  ///   - store: Where the repository is.
  ///   - credential: What opens one of its slots; a full one for every change.
  ///   - clock: The time; another one only in tests.
  /// - Throws: `repository.not-found`, `repository.needs-newer-reader`.
  public init(
    _ store: any ObjectStore,
    _ credential: Credential,
    clock: @escaping @Sendable () -> Date = { Date() }
  ) throws {
    self.store = store
    self.credential = credential
    self.clock = clock
    (format, binding) = try Repository.identify(store)
  }

  /// The slots in force, by their age; and what is wrong with them, if anything is.
  public func list() throws -> (slots: [KeySlotSummary], notice: Problem?) {
    let opened = try open()
    let first = opened.liveFirst.map {
      KeySlotSummary($0.slot, id: $0.id, isOwn: $0.id == opened.id)
    }
    let slots = try opened.live.map { try KeySlotSummary($0, isOwn: $0.id == opened.id) }
    let all = first + slots
    let byAge = all.sorted {
      ($0.created ?? .distantPast, $0.id) < ($1.created ?? .distantPast, $1.id)
    }
    return (byAge, opened.notice)
  }

  /// Makes a slot.
  ///
  /// - Parameters:
  ///   - recipient: Who shall open it.
  ///   - role: What the holder may do.
  ///   - label: Text for people, at most 200 bytes.
  /// - Returns: The new slot.
  /// - Throws: `repository.needs-full-key`, `key.slot-behind`, `key.already-there`.
  @discardableResult
  public func add(
    _ recipient: KeyRecipient,
    role: KeyRole,
    label: String
  ) throws -> KeySlotSummary {
    var opened = try prepared()
    let authority = try KeySlot.authority(opened.roots)
    var slot = try blank(recipient, role, label, try authority.publicKey())
    if let taken = opened.live.first(where: { $0.publicKey == slot.publicKey }) {
      throw KeyProblem.alreadyThere(taken.id)
    }
    slot.created = UInt64(max(0, clock().timeIntervalSince1970))
    guard role == .write else {
      let sealed = try slot.sealing(opened.roots, authority, binding)
      try put(sealed)
      return try KeySlotSummary(sealed, isOwn: false)
    }
    // The host's generation reaches all who shall read it before the host has it.
    let number = try addHostGeneration(&opened)
    try reviseFullSlots(opened, authority)
    let sealed = try slot.sealing(try opened.roots.forWriting(with: [number]), authority, binding)
    try put(sealed)
    try sweep(authority)
    return try KeySlotSummary(sealed, isOwn: false)
  }

  /// Ends a slot; its holder keeps what he has seen, so a rotation should follow.
  ///
  /// - Parameters:
  ///   - prefix: The slot's id, or digits with which no other begins.
  ///   - evenAhead: Whether the slot may be one that holds generations which nobody else may have.
  ///     They are lost with it; the revision that ends the slot names them for good.
  /// - Returns: The slot that was removed, the generations that were lost with it, and the objects
  ///   of it that the store did not let go.
  /// - Throws: `key.unknown-slot`, `key.last-full-slot`, `key.slot-behind`,
  ///   `repository.needs-full-key`.
  @discardableResult
  public func remove(
    _ prefix: String,
    evenAhead: Bool = false
  ) throws -> (slot: KeySlotSummary, lost: [UInt32], left: [String]) {
    try format.checkWritable(at: store.location)
    let opened = try open()
    let authority = try KeySlot.authority(opened.roots)
    let all = try list().slots
    let found = all.filter { $0.id.hasPrefix(prefix) }
    guard let slot = found.first, found.count == 1, !prefix.isEmpty else {
      throw KeyProblem.unknownSlot(prefix, isAmbiguous: found.count > 1)
    }
    guard slot.role == .write || all.contains(where: { $0.role == .full && $0.id != slot.id })
    else { throw KeyProblem.lastFullSlot(slot.id) }
    let last = opened.latest[slot.id]
    let isOwn = slot.id == opened.id
    let lost = isOwn ? opened.heldAlone : last.map(opened.lacking) ?? []
    guard lost.isEmpty || evenAhead else {
      throw isOwn
        ? KeyProblem.heldAlone(slot.id, lost) : KeyProblem.behind(slot.id, lacking: lost)
    }
    let ended =
      last
      ?? KeySlot(
        id: slot.id,
        kind: .removed,
        role: .full,
        label: slot.label,
        created: 0
      )
    let revision = try nextRevision(ended.id, opened)
    try put(try ended.removal(revision, authority, binding))
    return (slot, lost, try sweep(authority))
  }

  /// Adds a generation for everybody who remains; nothing is uploaded again.
  ///
  /// - Returns: The generation that full slots seal with from now on.
  /// - Throws: `repository.needs-full-key`, `key.slot-behind`, `key.old-slot`.
  @discardableResult
  public func rotate() throws -> UInt32 {
    var opened = try prepared()
    let authority = try KeySlot.authority(opened.roots)
    let hosts = opened.live.filter { $0.role == .write }
    let own = opened.roots.generations.keys.max() ?? 0
    // An interrupted rotation is brought to its end: its generation is in nobody's use yet.
    let isPending = own > opened.generationInUse ?? own
    let generation = isPending ? own : opened.nextGeneration
    if !isPending { opened.roots.generations[generation] = try .random() }
    var hostNumbers: [String: UInt32] = [:]
    for host in hosts { hostNumbers[host.id] = try addHostGeneration(&opened) }
    try reviseFullSlots(opened, authority)
    for host in hosts {
      let numbers = host.generations + (hostNumbers[host.id].map { [$0] } ?? [])
      try revise(host, try opened.roots.forWriting(with: numbers), opened, authority)
    }
    try sweep(authority)
    return generation
  }

  private func open() throws -> OpenedSlot { try OpenedSlot(in: store, credential, binding) }

  /// Opens what a change begins with: an own slot of the current version that lacks nothing.
  private func prepared() throws -> OpenedSlot {
    try format.checkWritable(at: store.location)
    var opened = try open()
    let authority = try KeySlot.authority(opened.roots)
    if let other = opened.liveFirst.first(where: { $0.id != opened.id }) {
      throw KeyProblem.oldSlot(other.id)
    }
    if let ahead = opened.live.first(where: { !opened.lacking($0).isEmpty }) {
      throw KeyProblem.behind(ahead.id, lacking: opened.lacking(ahead))
    }
    if let old = opened.liveFirst.first {
      let slot = try KeySlot.own(
        of: old.slot.isOpen ? .none : credential,
        id: old.id,
        label: String(old.slot.label.prefix(KeySlot.labelLimit / 4)),
        created: UInt64(max(0, clock().timeIntervalSince1970)),
        authority: try authority.publicKey(),
        binding
      )
      try put(try slot.sealing(opened.roots, authority, binding))
      opened = try open()
    }
    return opened
  }

  private func blank(
    _ recipient: KeyRecipient,
    _ role: KeyRole,
    _ label: String,
    _ authority: [UInt8]
  ) throws -> KeySlot {
    guard label.utf8.count <= KeySlot.labelLimit else { throw KeyProblem.longLabel }
    let id = Hex.text(try Randomness.bytes(16))
    switch recipient {
    case .holder(let credential):
      return try .own(
        of: credential,
        id: id,
        role: role,
        label: label,
        created: 0,
        authority: authority,
        binding
      )
    case .host(let key):
      var slot = KeySlot(id: id, kind: .recipient, role: role, label: label, created: 0)
      slot.publicKey = Hex.text(key.bytes)
      return slot
    }
  }

  private func addHostGeneration(_ opened: inout OpenedSlot) throws -> UInt32 {
    let number = opened.nextGeneration
    opened.roots.hostGenerations[number] = try .random()
    return number
  }

  /// The own slot comes first: whoever is interrupted then holds all that anybody does, and can
  /// bring the change to its end.
  private func reviseFullSlots(_ opened: OpenedSlot, _ authority: Ed25519.PrivateKey) throws {
    let full = opened.live.filter { $0.role == .full }
    for slot in full.filter({ $0.id == opened.id }) + full.filter({ $0.id != opened.id }) {
      try revise(slot, opened.roots, opened, authority)
    }
  }

  private func revise(
    _ slot: KeySlot,
    _ roots: RootSecrets,
    _ opened: OpenedSlot,
    _ authority: Ed25519.PrivateKey
  ) throws {
    var next = slot
    next.revision = try nextRevision(slot.id, opened)
    try put(try next.sealing(roots, authority, binding))
  }

  /// Above every object of the slot, also above those that somebody without the authority put there.
  private func nextRevision(_ id: String, _ opened: OpenedSlot) throws -> UInt32 {
    let last = opened.slots.revisions.filter { $0.id == id }.map(\.revision).max() ?? 0
    guard last < KeySlot.lastRevision else { throw KeyProblem.tooManyRevisions(id) }
    return last + 1
  }

  private func put(_ slot: KeySlot) throws {
    do {
      try store.put(slot.name, try slot.encoded())
    } catch let problem as Problem where problem.code == StoreProblem.existsCode {
      throw KeyProblem.changedMeanwhile(slot.id)
    }
  }

  /// Deletes what a later revision has replaced, and returns what has to stay.
  ///
  /// The store does not let it go, or the repository is append-only. It opens nothing that its
  /// holder did not have before.
  @discardableResult
  private func sweep(_ authority: Ed25519.PrivateKey) throws -> [String] {
    let slots = try KeySlots(in: store)
    let signer = try authority.publicKey()
    var left: [String] = []
    for slot in try slots.latest(signedBy: signer, binding).values {
      for name in slots.names(of: slot.id, below: slot.revision) {
        guard !format.isAppendOnly else {
          left.append(name.text)
          continue
        }
        do {
          try store.delete(name)
        } catch is Problem {
          left.append(name.text)
        }
      }
    }
    return left.sorted()
  }
}
