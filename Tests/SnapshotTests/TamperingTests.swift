import Foundation
import ObjectStore
import Problems
import TestSupport
import Testing

@testable import Repository
@testable import Snapshot

/// Everything that can be done to the bytes of a small repository with three nights of deltas.
///
/// Each time the whole of it is opened, checked and restored in this process, so that a trap
/// anywhere ends the suite. `DRYDOCK_TEST_ALL=1` flips every byte and cuts at every length;
/// otherwise a seeded part of that is done.
@Suite("Whatever is done to a repository is noticed, or harmless for a reason")
struct TamperingTests {
  /// Why nothing is noticed and nothing is wrong; there are no other reasons.
  enum Harmless: Hashable {
    /// White space or the label in a key slot's JSON: it opens the same secrets.
    case slotText
    /// A record of a proof is gone: the snapshot only counts as not proven.
    case proofGone
    /// The newest manifest is gone: what is left was the whole repository yesterday. Only who has
    /// seen it can tell; see `Repository.noticeRollback`.
    case snapshotGone
    /// A copy of `format` under another name is no object of the format.
    case unknownObject
    /// A pack that no index names: it is counted as left over, and nothing reads it.
    case leftOver
  }

  private static let isEverything =
    ProcessInfo.processInfo.environment["DRYDOCK_TEST_ALL"] == "1"

  private let database: SmallDatabase
  private let objects: [ObjectName: [UInt8]]

  init() throws {
    database = try SmallDatabase.threeNights()
    objects = database.store.contents
  }

  @Test("A flipped bit is noticed wherever it is")
  func flips() throws {
    let found = try judge(sample(Tampering.flips(of: objects), 250))
    #expect(found.isSubset(of: [.slotText]))
  }

  @Test("A cut object is noticed at every length")
  func cuts() throws {
    let found = try judge(sample(Tampering.cuts(of: objects), 150))
    // The line feed at the end of the JSON of a slot, if it has one.
    #expect(found.isSubset(of: [.slotText]))
  }

  @Test("Objects that are deleted, swapped or put in each other's place are noticed")
  func moves() throws {
    let found = try judge(Tampering.moves(of: objects))
    #expect(found == [.proofGone, .snapshotGone])
  }

  @Test("An object under a second name is noticed, or changes nothing")
  func copies() throws {
    let found = try judge(Tampering.copies(of: objects))
    #expect(found == [.unknownObject, .leftOver])
  }

  /// All in order, or as many as fit the ordinary suite.
  private func sample(_ all: [Tampering], _ count: Int) -> [Tampering] {
    guard !Self.isEverything else { return all }
    var generator = SeededGenerator.announced()
    return Array(all.shuffled(using: &generator).prefix(count))
  }

  /// Expects that every tampering is noticed or harmless; the reasons that came up.
  private func judge(_ all: [Tampering]) throws -> Set<Harmless> {
    var reasons: Set<Harmless> = []
    for tampering in all {
      let store = tampering.applied(to: objects)
      // Swapping equal bytes is nothing.
      if store.contents == objects { continue }
      let isNoticed = try isNoticed(store, tampering)
      if isNoticed { continue }
      let reason = harmless(tampering, store)
      #expect(reason != nil, "\(tampering): nobody noticed")
      if let reason { reasons.insert(reason) }
    }
    return reasons
  }

  /// Whether opening or a check says so; what is restored is right or not restored at all.
  private func isNoticed(_ store: MemoryStore, _ tampering: Tampering) throws -> Bool {
    let repository: Repository
    do {
      repository = try Repository.open(store, passphrase: nil)
    } catch {
      #expect(error is Problem, "\(tampering): \(error)")
      return true
    }
    let isSound = try LossTests.losses(store, reading: .all).report.isSound
    let listed = try repository.snapshots()
    for name in database.snapshots where listed.contains(name) {
      do {
        let text = try SnapshotText(restoring: name, from: repository)
        #expect(text == database.contents[name], "\(tampering): wrong data came out")
      } catch {
        #expect(error is Problem, "\(tampering): \(error)")
        #expect(!isSound, "\(tampering): a check found nothing, and a restore fails: \(error)")
      }
    }
    return !isSound
  }

  private func harmless(_ tampering: Tampering, _ store: MemoryStore) -> Harmless? {
    switch tampering {
    case .flip(let name, _, _), .cut(let name, _):
      return isSameSlot(name, store) ? .slotText : nil
    case .delete(let name):
      return switch Tampering.kind(of: name) {
      case "proofs": .proofGone
      case "snapshots": .snapshotGone
      default: nil
      }
    case .copy(let name, _):
      return switch Tampering.kind(of: name) {
      case "format": .unknownObject
      case "packs": .leftOver
      default: nil
      }
    case .swap, .replace: return nil
    }
  }

  private func isSameSlot(_ name: ObjectName, _ store: MemoryStore) -> Bool {
    guard Tampering.kind(of: name) == "keys", let bytes = store.contents[name],
      let before = objects[name].flatMap({ try? StoredSlot(decoding: $0, name: name) }),
      let after = try? StoredSlot(decoding: bytes, name: name)
    else { return false }
    return after == before
  }
}
