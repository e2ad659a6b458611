internal import Bytes
public import Cryptography
public import FoundationEssentials
public import ObjectStore
public import Problems

/// A repository: chunks stored once under keyed names, and snapshots that refer to them.
///
/// Every object is written once and never overwritten, and a snapshot's manifest is the only
/// commit point, so a killed writer leaves only garbage. The format is in docs/format.md. Used
/// from several threads at once.
public final class Repository: Sendable {
  /// How a new repository protects its content.
  public enum Encryption: Sendable {
    /// Sealed with keys that a passphrase opens.
    case passphrase(Secret)
    /// Sealed with keys that a key file opens.
    case keyFile(KeyFile)
    /// Not secret; damage is still noticed.
    case none
  }

  /// What this repository is.
  public let format: RepositoryFormat
  /// Where it is.
  public let store: any ObjectStore
  let keys: KeyRing
  let binding: RepositoryBinding
  let index: InstanceIndex
  let clock: @Sendable () -> Date
  /// That key slots do not hold the same generations, since a change of keys was interrupted.
  public let keyNotice: Problem?
  /// Where this machine keeps what it knows of this repository; nil keeps nothing.
  let localDirectory: String?
  /// The rules of collection that a test leaves out.
  let omitted: Set<Safeguard>

  /// The repository's id: 32 hexadecimal digits.
  public var id: String { format.id }

  /// Whether no program removes an object here.
  public var isAppendOnly: Bool { format.isAppendOnly }

  /// The seed of row digests, from the repository's key.
  public var digestSeed: UInt64 { keys.digestSeed }

  var sealed: SealedObject { SealedObject(keys: keys, binding: binding) }

  /// Makes a new repository in an empty store.
  ///
  /// - Parameters:
  ///   - store: A store without a repository.
  ///   - encryption: A passphrase, or none.
  ///   - original: The repository that the new one is to hold copies from: it gets that one's
  ///     identity, so that chunks have the same ids in both, and no other of its secrets.
  ///   - isAppendOnly: Whether every program is to refuse to remove an object, for good.
  ///   - cacheDirectory: As for ``open(_:passphrase:cacheDirectory:clock:)``.
  ///   - clock: The time; another one only in tests.
  /// - Returns: The new repository, open.
  /// - Throws: `repository.exists` when the store has one already.
  public static func create(
    in store: any ObjectStore,
    encryption: Encryption,
    copyOf original: Repository? = nil,
    isAppendOnly: Bool = false,
    cacheDirectory: String? = nil,
    clock: @escaping @Sendable () -> Date = { Date() }
  ) throws -> Repository {
    // A slot alone is what a creation that was killed leaves behind; it opens nothing. Findings
    // are kept before there is a repository.
    let leftovers = [KeySlot.directory + "/", StoreFindings.directory + "/"]
    let isEmpty = try store.list("").allSatisfy { object in
      leftovers.contains { object.name.text.hasPrefix($0) }
    }
    guard isEmpty else {
      throw Problem(
        .refused,
        code: "repository.exists",
        "\(store.location) is not empty",
        reason: "a repository is made in an empty place only",
        facts: [.init("repository", store.location)],
        hint: "Use the repository that is there, or choose another place."
      )
    }
    var format = RepositoryFormat(id: Hex.text(try Randomness.bytes(16)))
    if isAppendOnly { format.features.collect.append(RepositoryFormat.appendOnly) }
    let bytes = try format.encoded()
    let binding = try RepositoryBinding(format: format, bytes: bytes)
    let roots = try RootSecrets.random(identity: original?.keys.identity)
    let slot = try KeySlot.first(
      Credential(encryption),
      label: "made with the repository",
      created: UInt64(max(0, clock().timeIntervalSince1970)),
      roots,
      binding
    )
    // The slot comes first: a `format` without any slot would be a repository nobody can open.
    try store.put(slot.name, try slot.encoded())
    try store.put(RepositoryFormat.name, bytes)
    return Repository(store, format, binding, try KeyRing(roots), nil, cacheDirectory, clock)
  }

  /// Opens a repository.
  ///
  /// - Parameters:
  ///   - store: Where it is.
  ///   - passphrase: The passphrase, or nil for a repository without encryption: each of the two is
  ///     refused where the other is.
  ///   - cacheDirectory: Where this machine may keep what it knows of repositories, each in a
  ///     directory of its own; nil keeps everything in memory. A large repository needs one, or
  ///     about 100 bytes of memory for every chunk that it holds.
  ///   - clock: The time; another one only in tests.
  /// - Returns: The repository.
  /// - Throws: As ``open(_:with:cacheDirectory:clock:)``.
  public static func open(
    _ store: any ObjectStore,
    passphrase: Secret?,
    cacheDirectory: String? = nil,
    clock: @escaping @Sendable () -> Date = { Date() }
  ) throws -> Repository {
    let credential = Credential(passphrase: passphrase)
    return try open(store, with: credential, cacheDirectory: cacheDirectory, clock: clock)
  }

  /// Opens a repository with whatever opens one of its key slots.
  ///
  /// - Parameters:
  ///   - store: Where it is.
  ///   - credential: A passphrase, a key file, or nothing.
  ///   - cacheDirectory: As for ``open(_:passphrase:cacheDirectory:clock:)``.
  ///   - clock: The time; another one only in tests.
  /// - Returns: The repository.
  /// - Throws: `repository.not-found`, `repository.needs-passphrase`,
  ///   `repository.wrong-passphrase`, `repository.wrong-key-file`, `repository.not-encrypted` where
  ///   there is a credential and the repository needs none, `repository.slot-removed`,
  ///   `repository.needs-newer-reader`, `repository.damaged`.
  public static func open(
    _ store: any ObjectStore,
    with credential: Credential,
    cacheDirectory: String? = nil,
    clock: @escaping @Sendable () -> Date = { Date() }
  ) throws -> Repository {
    let (format, binding) = try identify(store)
    let slot = try OpenedSlot(in: store, credential, binding)
    let keys = try KeyRing(
      slot.roots,
      inUse: slot.generationInUse,
      authority: slot.authority
    )
    return Repository(store, format, binding, keys, slot.notice, cacheDirectory, clock)
  }

  /// What a store says that it is.
  static func identify(
    _ store: any ObjectStore
  ) throws -> (format: RepositoryFormat, binding: RepositoryBinding) {
    let bytes = try formatBytes(store)
    let format = try RepositoryFormat(decoding: bytes, at: store.location)
    return (format, try RepositoryBinding(format: format, bytes: bytes))
  }

  /// Refuses work for which the key slot in use is not enough.
  ///
  /// - Parameter work: What needs a full key, as a sentence's subject: `collection`.
  /// - Throws: `repository.needs-full-key` where the slot has role `write`.
  public func requireFullKey(for work: String) throws {
    guard keys.isFull else { throw KeyProblem.needsFullKey(work) }
  }

  /// What the key slot in use allows.
  public var role: KeyRole { keys.isFull ? .full : .write }

  /// The same repository without some rules of collection, so that a test can show what they do.
  func omitting(_ omitted: Set<Safeguard>) -> Repository {
    Repository(store, format, binding, keys, keyNotice, nil, clock, omitting: omitted)
  }

  /// A cache of the index in a directory of its own.
  func indexCache(in directory: String) -> IndexCache {
    IndexCache(directory: directory, store: store, keys: keys, binding: binding)
  }

  /// A key of its own for another use, independent of all keys of the repository.
  public func deriveKey(label: String) throws -> Secret {
    try keys.key(forUse: label)
  }

  private init(
    _ store: any ObjectStore,
    _ format: RepositoryFormat,
    _ binding: RepositoryBinding,
    _ keys: KeyRing,
    _ keyNotice: Problem?,
    _ cacheDirectory: String?,
    _ clock: @escaping @Sendable () -> Date,
    omitting omitted: Set<Safeguard> = []
  ) {
    self.omitted = omitted
    self.store = store
    self.format = format
    self.binding = binding
    self.keys = keys
    self.keyNotice = keyNotice
    self.clock = clock
    localDirectory = cacheDirectory.map { "\($0)/\(format.id)" }
    let cache = localDirectory.map {
      IndexCache(directory: $0, store: store, keys: keys, binding: binding)
    }
    let sealed = SealedObject(keys: keys, binding: binding)
    index = InstanceIndex(store: store, sealed: sealed, cache: cache)
  }

  private static func formatBytes(_ store: any ObjectStore) throws -> [UInt8] {
    do {
      guard try store.size(of: RepositoryFormat.name) <= RepositoryFormat.limit else {
        throw Damage.problem(RepositoryFormat.name, "it is larger than 64 KiB")
      }
      return try store.get(RepositoryFormat.name)
    } catch let problem as Problem where problem.code == StoreProblem.notFoundCode {
      throw Problem(
        code: "repository.not-found",
        "there is no repository in \(store.location)",
        facts: [.init("repository", store.location)],
        hint: "Check the path or URL, or make a repository there with `drydock init`."
      )
    }
  }
}
