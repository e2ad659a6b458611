import Cryptography
import ObjectStore
import Problems
import Synchronization
import Testing

@testable import Repository

@Suite("A changed chunk is stored as its difference")
struct DeltaTests {
  private func repository() throws -> (MemoryStore, Place) {
    let store = MemoryStore()
    return (store, Place(try Repository.create(in: store, encryption: .none)))
  }

  /// Content number n: 300 rows, of which one more is new in every version.
  private func content(_ number: Int) -> [UInt8] {
    (0..<300).flatMap { Sample.row($0, version: $0 < number ? number - $0 : 0) }
  }

  @Test("130 versions in a row stand where the format says, and all of them open")
  func longChain() throws {
    let (store, empty) = try repository()
    var place = empty
    for number in 0..<130 {
      let older = place.ids
      var rows = Sample.rows(0..<300)
      for version in 0...number {
        rows[version * 2] = Sample.row(version * 2, version: version + 1)
      }
      let written = try place.take(Array(rows.joined())).written
      let instance = try #require(try place.latest())
      // Version 127 would have a depth of 7, so it begins the next chain.
      let version = number % 127
      #expect(Int(instance.version) == version && written.isDelta == (version > 0))
      #expect(instance.depth <= 6)
      if version > 0 {
        let base = (number - version) + (version & (version - 1))
        #expect(instance.base == older[base])
      }
    }
    #expect(try place.isWhole(in: store))
    let check = try place.repository.check(reading: .all, closure: Sample.closure)
    #expect(check.isSound && check.snapshots == 130)
  }

  @Test("A delta is a small part of the full chunk, and a rewritten place begins a new chain")
  func rebase() throws {
    let (store, empty) = try repository()
    var place = empty
    let rows = Sample.rows(0..<2000)
    let full = try place.take(Array(rows.joined())).written
    #expect(!full.isDelta)
    var changed = rows
    for row in stride(from: 50, to: 2000, by: 100) { changed[row] = Sample.row(row, version: 1) }
    let delta = try place.take(Array(changed.joined())).written
    #expect(delta.isDelta && delta.storedLength * 20 < full.storedLength)
    let half = changed.enumerated().map { row, bytes in
      row % 2 == 0 ? bytes : Sample.row(row, version: 2)
    }
    #expect(try !place.take(Array(half.joined())).written.isDelta, "half the rows are new")
    #expect(try place.latest()?.version == 0)
    changed = half
    changed[7] = Sample.row(7, version: 3)
    #expect(try place.take(Array(changed.joined())).written.isDelta)
    #expect(try place.latest()?.version == 1)
    #expect(try place.isWhole(in: store))
  }

  @Test("The limit is 30 % of the full frame, whichever way it is found out", arguments: 1...9)
  func limit(rowsOfTwenty: Int) throws {
    let (store, empty) = try repository()
    var place = empty
    let rows = Sample.rows(0..<1000)
    try place.take(Array(rows.joined()))
    let changed = rows.enumerated().map { row, bytes in
      row % 20 < rowsOfTwenty ? Sample.row(row, version: 1) : bytes
    }
    let raw = Array(changed.joined())
    let written = try place.take(raw).written
    var other = Place(try Repository.create(in: MemoryStore(), encryption: .none))
    let full = try other.take(raw).written.storedLength
    if written.isDelta {
      let overhead = Instance.headerLength + Instance.sealLength
      #expect((written.storedLength - overhead) * 10 <= (full - overhead) * 3)
    } else {
      #expect(written.storedLength == full)
    }
    #expect(written.isDelta == (rowsOfTwenty <= 5))
    #expect(try place.isWhole(in: store))
  }

  @Test("A place that grows, shrinks, empties, fills again and passes 1 MiB opens at every step")
  func shapes() throws {
    let (store, empty) = try repository()
    var place = empty
    let rows = Sample.rows(0..<30_000)
    let trailer = [UInt8](repeating: 0, count: 132)
    let counts = [
      1000, 1010, 4000, 3990, 3000, 2999, 0, 0, 1, 2999, 3000, 26_000, 26_001, 25_000, 10,
    ]
    var deltas = 0
    for (step, count) in counts.enumerated() {
      var content = rows.prefix(count)
      if count > 5 { content[3] = Sample.row(3, version: step) }
      let raw = Array(content.joined()) + trailer
      if try place.take(raw).written.isDelta { deltas += 1 }
    }
    #expect(deltas >= 6, "small changes are deltas")
    #expect(place.contents.contains { $0.count > 1 << 20 })
    #expect(try place.isWhole(in: store))
  }

  @Test("A stripe that is split at 1 MiB has two chains, and one when it shrinks again")
  func split() throws {
    let (store, empty) = try repository()
    let rows = Sample.rows(0..<20_000)
    var left = empty
    var right = Place(empty.repository)
    let whole = Array(rows.prefix(15_000).joined())
    try left.take(whole)
    // The row that made it too long is near the front, so the second half is new as a chunk.
    let grown = [Sample.row(77, version: 1)] + rows.prefix(19_000)
    let first = try left.take(Array(grown.prefix(14_000).joined())).written
    try right.take(Array(grown.dropFirst(14_000).joined()))
    #expect(first.isDelta)
    try left.take(whole)
    let again = try left.take(whole + rows[15_000]).written
    #expect(again.isDelta)
    #expect(try left.isWhole(in: store) && right.isWhole(in: store))
  }

  @Test("Content that comes back is known, and the chain goes on from where it stood")
  func comesBack() throws {
    let (store, empty) = try repository()
    var place = empty
    for number in [0, 1, 2, 3] { try place.take(content(number)) }
    let back = try place.take(content(1)).written
    #expect(!back.isNew)
    let next = try place.take(content(4)).written
    #expect(next.isDelta)
    // Content 1 is version 1, so what follows it is version 2, on version 0.
    #expect(try place.latest()?.version == 2 && place.latest()?.base == place.ids[0])
    #expect(try place.isWhole(in: store))
  }

  @Test("A list stands on a list and data on data, never across")
  func kinds() throws {
    let (_, empty) = try repository()
    var place = empty
    try place.take(content(0))
    let writer = try place.repository.beginSnapshot(parent: nil)
    let encoder = try writer.makeEncoder()
    let list = try encoder.write(content(1).span, kind: .list, after: place.ids[0])
    #expect(!list.isDelta)
    let first = try writer.commit(manifest: [], at: Sample.time, closure: [list.id])
    let second = try place.repository.beginSnapshot(parent: first)
    let next = try second.makeEncoder().write(content(2).span, kind: .list, after: list.id)
    #expect(next.isDelta)
    _ = try second.commit(manifest: [], at: Sample.time, closure: [next.id])
    #expect(try place.repository.makeReader().read(next.id, kind: .list) == content(2))
  }

  @Test("Stored at level 0, a delta is still a frame")
  func uncompressed() throws {
    let (store, empty) = try repository()
    var place = empty
    try place.take(content(0), level: 0)
    #expect(try place.latest()?.codec == .raw)
    #expect(try place.take(content(1), level: 0).written.isDelta)
    #expect(try place.isWhole(in: store))
  }

  @Test(
    "Never writes none, always and auto write one in a near store",
    arguments: DeltaPolicy.allCases
  )
  func policy(policy: DeltaPolicy) throws {
    let (_, empty) = try repository()
    var place = empty
    try place.take(content(0))
    #expect(try place.take(content(1), delta: policy).written.isDelta == (policy != .never))
  }

  @Test(
    "In a far store auto writes none, unless the base was read",
    arguments: DeltaPolicy.allCases
  )
  func farStore(policy: DeltaPolicy) throws {
    let store = FaultyStore(MemoryStore(), isFar: true)
    var place = Place(try Repository.create(in: store, encryption: .none))
    try place.take(content(0))
    #expect(try place.take(content(1), delta: policy).written.isDelta == (policy == .always))
    let writer = try place.repository.beginSnapshot(parent: place.parent, delta: policy)
    let encoder = try writer.makeEncoder()
    let parent = try #require(place.ids.last)
    _ = try encoder.reader.read(parent)
    let written = try encoder.write(content(2).span, after: parent)
    // Version 2 stands on version 0, which was opened on the way to version 1.
    #expect(written.isDelta == (policy != .never))
  }

  @Test("Where deltas keep failing few are tried, and soon again where they succeed")
  func patience() throws {
    let store = MemoryStore()
    let repository = try Repository.create(in: store, encryption: .none)
    func raw(_ place: Int, version: Int) -> [UInt8] {
      let rows = Sample.rows(place * 50..<place * 50 + 50)
      let rewritten = Sample.rows(place * 50..<place * 50 + 50, version: 1)
      let changed = [Sample.row(place, version: 7)] + rows.dropFirst()
      return Array((version == 0 ? rows : place < 100 ? rewritten : changed).joined())
    }
    let first = try repository.beginSnapshot(parent: nil)
    let encoder = try first.makeEncoder()
    let ids = try (0..<200).map { try encoder.write(raw($0, version: 0).span).id }
    let parent = try first.commit(manifest: [], at: Sample.time, closure: ids)
    var deltas: [DeltaPolicy: Int] = [:]
    var reads: [DeltaPolicy: Int] = [:]
    for policy in [DeltaPolicy.auto, .always] {
      let count = Mutex(0)
      let counting = FaultyStore(
        MemoryStore(store.contents),
        hook: { operation, moment in
          if operation.verb == .get && operation.target.hasPrefix("packs/") && moment == .before {
            count.withLock { $0 += 1 }
          }
        }
      )
      let writer = try Repository.open(counting, passphrase: nil)
        .beginSnapshot(parent: parent, delta: policy)
      let encoder = try writer.makeEncoder()
      for (place, id) in ids.enumerated() {
        let written = try encoder.write(raw(place, version: 1).span, after: id)
        if written.isDelta { deltas[policy, default: 0] += 1 }
      }
      reads[policy] = count.withLock { $0 }
    }
    #expect(deltas[.always] == 100 && reads[.always] == 200, "always means each of them")
    // Places 0 to 3, 5, 9, 17, 33, 49, 65, 81, 97 fail, and from 113 on all succeed.
    #expect(deltas[.auto] == 87 && reads[.auto] == 99)
  }

  @Test("A repository whose format does not list the feature never gets a delta")
  func withoutFeature() throws {
    let store = MemoryStore()
    let format = RepositoryFormat(id: String(repeating: "ab", count: 16), features: .init())
    let binding = try RepositoryBinding(format: format, bytes: format.encoded())
    let slot = try KeySlot.first(.none, label: "", created: 0, .random(), binding)
    try store.put(slot.name, slot.encoded())
    try store.put(RepositoryFormat.name, format.encoded())
    var place = Place(try Repository.open(store, passphrase: nil))
    try place.take(content(0))
    #expect(try !place.take(content(1), delta: .always).written.isDelta)
    #expect(try place.isWhole(in: store))
    let new = try Repository.create(in: MemoryStore(), encryption: .none)
    #expect(new.format.features.read == ["delta", "recipients"])
  }

  @Test("Reading a chunk and then writing after it opens each chunk of its chain once")
  func openedOnce() throws {
    let base = MemoryStore()
    var place = Place(try Repository.create(in: base, encryption: .none))
    for number in 0...7 { try place.take(content(number)) }
    let reads = Mutex(0)
    let store = FaultyStore(
      base,
      hook: { operation, moment in
        if operation.verb == .get && operation.target.hasPrefix("packs/") && moment == .before {
          reads.withLock { $0 += 1 }
        }
      }
    )
    let repository = try Repository.open(store, passphrase: nil)
    let writer = try repository.beginSnapshot(parent: place.parent)
    let encoder = try writer.makeEncoder()
    _ = try encoder.reader.read(place.ids[7])
    #expect(reads.withLock { $0 } == 4, "versions 7, 6, 4 and 0")
    #expect(try encoder.write(content(8).span, after: place.ids[7]).isDelta)
    #expect(reads.withLock { $0 } == 4, "version 8 stands on version 0, which is still there")
  }
}
