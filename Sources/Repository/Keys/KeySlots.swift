internal import FoundationEssentials
internal import ObjectStore
internal import Problems

/// All key slots of a store, as they are stored: nothing is believed yet.
struct KeySlots {
  /// Slots of version 1, by id.
  private(set) var first: [String: FirstKeySlot] = [:]
  /// Revisions, the highest first.
  private(set) var revisions: [KeySlot] = []
  /// How many are of a version or kind that this program does not know.
  private(set) var unknown = 0
  /// Objects that could not be read, and why.
  private(set) var damages: [ObjectName: Problem] = [:]

  /// Reads all slots; again where a change of keys puts one in another's place meanwhile.
  ///
  /// Throws what the store may answer another time: a slot that was not read may be the one that
  /// ends another.
  init(in store: any ObjectStore) throws {
    var listed = try store.list(KeySlot.directory).map(\.name)
    self = try KeySlots(listed, in: store)
    for _ in 0..<3 where !damages.isEmpty {
      let again = try store.list(KeySlot.directory).map(\.name)
      if again == listed { return }
      listed = again
      self = try KeySlots(listed, in: store)
    }
  }

  private init(_ names: [ObjectName], in store: any ObjectStore) throws {
    for name in names {
      do {
        let bytes = try store.get(name, limit: KeySlot.limit)
        switch try Damage.naming(name, [], { try StoredSlot(decoding: bytes, name: name) }) {
        case .first(let slot, let id): first[id] = slot
        case .current(let slot): revisions.append(slot)
        case .unknown: unknown += 1
        }
      } catch let problem as Problem where !problem.isRetryable {
        // Another slot may still open the repository.
        damages[name] = problem
      }
    }
    revisions.sort { $0.revision > $1.revision }
  }

  /// The last revision of every slot that the authority signed; those of removed slots too.
  func latest(signedBy authority: [UInt8], _ binding: RepositoryBinding) throws -> [String: KeySlot]
  {
    var latest: [String: KeySlot] = [:]
    for slot in revisions where latest[slot.id] == nil {
      do {
        if slot.isOf(binding), try slot.isSigned(by: authority) { latest[slot.id] = slot }
      } catch is Malformed {
        // Nobody signed what has no shape.
        continue
      }
    }
    return latest
  }

  /// Whether a slot of the repository, or one that cannot be judged, opens for nobody without a key.
  func needsKey(_ binding: RepositoryBinding) -> Bool {
    let open: [KeySlot.Kind] = [KeySlot.Kind.none, .removed]
    return unknown > 0 || !damages.isEmpty || !first.values.allSatisfy(\.isOpen)
      || revisions.contains { $0.isOf(binding) && !open.contains($0.kind) }
  }

  /// Every object of a slot below a revision.
  func names(of id: String, below revision: UInt32) -> [ObjectName] {
    let old = revisions.filter { $0.id == id && $0.revision < revision }.map(\.name)
    return first[id] == nil ? old : old + [ObjectName(components: KeySlot.directory, id)]
  }
}
