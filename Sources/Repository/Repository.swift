public import Cryptography
public import Foundation
public import ObjectStore
internal import Problems

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

  /// The repository's id: 32 hexadecimal digits.
  public var id: String { format.id }

  /// The seed of row digests, from the repository's key.
  public var digestSeed: UInt64 { keys.digestSeed }

  var sealed: SealedObject { SealedObject(keys: keys, binding: binding) }

  /// Makes a new repository in an empty store.
  ///
  /// - Parameters:
  ///   - store: A store without a repository.
  ///   - encryption: A passphrase, or none.
  ///   - cacheDirectory: As for ``open(_:passphrase:cacheDirectory:clock:)``.
  ///   - clock: The time; another one only in tests.
  /// - Returns: The new repository, open.
  /// - Throws: `repository.exists` when the store has one already.
  public static func create(
    in store: any ObjectStore,
    encryption: Encryption,
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
    let format = RepositoryFormat(id: Hex.text(try Randomness.bytes(16)))
    let bytes = try format.encoded()
    let binding = try RepositoryBinding(format: format, bytes: bytes)
    let roots = try RootSecrets.random()
    var passphrase: Secret?
    if case .passphrase(let secret) = encryption { passphrase = secret }
    let slot = try KeySlot.wrapping(
      roots,
      passphrase: passphrase,
      label: "made with the repository",
      binding: binding
    )
    // The slot comes first: a `format` without any slot would be a repository nobody can open.
    let name = ObjectName(components: KeySlot.directory, Hex.text(try Randomness.bytes(16)))
    try store.put(name, try slot.encoded())
    try store.put(RepositoryFormat.name, bytes)
    return Repository(store, format, binding, try KeyRing(roots), cacheDirectory, clock)
  }

  /// Opens a repository.
  ///
  /// - Parameters:
  ///   - store: Where it is.
  ///   - passphrase: The passphrase, or nil for a repository without encryption.
  ///   - cacheDirectory: Where this machine may keep what it knows of repositories, each in a
  ///     directory of its own; nil keeps everything in memory. A large repository needs one, or
  ///     about 100 bytes of memory for every chunk that it holds.
  ///   - clock: The time; another one only in tests.
  /// - Returns: The repository.
  /// - Throws: `repository.not-found`, `repository.needs-passphrase`,
  ///   `repository.wrong-passphrase`, `repository.needs-newer-reader`, `repository.damaged`.
  public static func open(
    _ store: any ObjectStore,
    passphrase: Secret?,
    cacheDirectory: String? = nil,
    clock: @escaping @Sendable () -> Date = { Date() }
  ) throws -> Repository {
    let bytes = try formatBytes(store)
    let format = try RepositoryFormat(decoding: bytes, at: store.location)
    let binding = try RepositoryBinding(format: format, bytes: bytes)
    let roots = try unlock(store, passphrase, binding)
    return Repository(store, format, binding, try KeyRing(roots), cacheDirectory, clock)
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
    _ cacheDirectory: String?,
    _ clock: @escaping @Sendable () -> Date
  ) {
    self.store = store
    self.format = format
    self.binding = binding
    self.keys = keys
    self.clock = clock
    let cache = cacheDirectory.map {
      IndexCache(directory: "\($0)/\(format.id)", store: store, keys: keys, binding: binding)
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

  private static func unlock(
    _ store: any ObjectStore,
    _ passphrase: Secret?,
    _ binding: RepositoryBinding
  ) throws -> RootSecrets {
    var hasPassphraseSlot = false
    var damage: (any Error)?
    for object in try store.list(KeySlot.directory) {
      do {
        let bytes = try store.get(object.name, limit: KeySlot.limit)
        let roots = try Damage.naming(object.name) { () throws -> RootSecrets? in
          let slot = try KeySlot.decode(bytes)
          if slot.kind == "passphrase" { hasPassphraseSlot = true }
          let isOurs = slot.isKnown && (slot.kind == "none" || passphrase != nil)
          return isOurs ? try slot.unwrap(passphrase: passphrase, binding: binding) : nil
        }
        if let roots { return roots }
      } catch {
        // Another slot may still open the repository.
        damage = error
      }
    }
    if let damage { throw damage }
    throw locked(store.location, hasPassphraseSlot, passphrase != nil)
  }

  private static func locked(
    _ location: String,
    _ hasPassphraseSlot: Bool,
    _ hasPassphrase: Bool
  ) -> Problem {
    let facts = [Problem.Fact("repository", location)]
    if hasPassphraseSlot && !hasPassphrase {
      return Problem(
        .usage,
        code: "repository.needs-passphrase",
        "\(location) needs a passphrase",
        facts: facts,
        hint: "Set DRYDOCK_PASSPHRASE, or give --passphrase-file."
      )
    }
    return Problem(
      .usage,
      code: "repository.wrong-passphrase",
      "the passphrase does not open \(location)",
      reason: "no key slot of the repository opens with it, or `format` or the slot was changed",
      facts: facts,
      hint: "Check DRYDOCK_PASSPHRASE or the passphrase file; without the right passphrase "
        + "the content cannot be recovered."
    )
  }
}
