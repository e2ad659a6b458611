import ObjectStore
import Problems
import Testing

@testable import Repository

@Suite("Deltas against a model")
struct DeltaModelTests {
  @Test("Random edits of several places read back as a dictionary says", arguments: 1...6)
  func randomChains(seed: UInt64) throws {
    var generator = Generator(seed: seed)
    let store = MemoryStore()
    let repository = try Repository.create(in: store, encryption: .none)
    var rows = (0..<4).map { Sample.rows($0 * 1000..<$0 * 1000 + 200) }
    var latest: [ChunkID?] = [nil, nil, nil, nil]
    var model: [ChunkID: [UInt8]] = [:]
    var parent: SnapshotName?
    var deltas = 0
    for night in 0..<40 {
      let writer = try repository.beginSnapshot(parent: parent)
      let encoder = try writer.makeEncoder()
      for place in rows.indices {
        Self.edit(&rows[place], night, &generator)
        let raw = Array(rows[place].joined())
        // Now and then the older chunk is that of another place, or of none.
        let older = generator.next() % 10 == 0 ? latest.randomElement(using: &generator) : nil
        let written = try encoder.write(raw.span, level: 1, after: older ?? latest[place])
        latest[place] = written.id
        model[written.id] = raw
        if written.isDelta { deltas += 1 }
      }
      let closure = latest.compactMap { $0 }
      parent = try writer.commit(
        manifest: closure.flatMap(\.bytes),
        at: Sample.time,
        closure: closure
      )
    }
    #expect(deltas > 30, "seed \(seed)")
    let reader = try Repository.open(store, passphrase: nil).makeReader()
    for (id, raw) in model { #expect(try reader.read(id) == raw, "seed \(seed), chunk \(id)") }
    #expect(try repository.check(reading: .all, closure: Sample.closure).isSound)
  }

  /// Nothing, a few updates, an insert, a delete, a rewrite, or what was there before.
  private static func edit(_ rows: inout [[UInt8]], _ night: Int, _ generator: inout Generator) {
    let version = night + 1
    switch generator.next() % 12 {
    case 0: break
    case 1:
      rows = rows.map { _ in
        Sample.row(Int.random(in: 0..<9999, using: &generator), version: version)
      }
    case 2: rows.removeFirst(rows.count / 3)
    case 3:
      rows += Sample.rows(
        5000..<5000 + Int.random(in: 1...150, using: &generator),
        version: version
      )
    case 4: rows.insert(Sample.row(7000, version: version), at: rows.count / 2)
    case 5: rows.removeAll()
    default:
      for _ in 0..<3 where !rows.isEmpty {
        let number = Int.random(in: 0..<rows.count, using: &generator)
        rows[number] = Sample.row(number, version: version)
      }
    }
  }

  @Test(
    "Whatever byte of a pack is damaged, a chunk reads right or names an object",
    arguments: 1...4
  )
  func randomDamage(seed: UInt64) throws {
    var generator = Generator(seed: seed)
    let whole = MemoryStore()
    var place = Place(try Repository.create(in: whole, encryption: .none))
    var rows = Sample.rows(0..<150)
    for night in 0..<20 {
      rows[Int.random(in: 0..<150, using: &generator)] = Sample.row(night, version: night + 1)
      try place.take(Array(rows.joined()))
    }
    let packs = try whole.list("packs")
    for _ in 0..<40 {
      let store = MemoryStore(whole.contents)
      let pack = try #require(packs.randomElement(using: &generator))
      let position = Int.random(in: 0..<pack.size, using: &generator)
      store.damage(pack.name) { $0?[position] ^= 1 << UInt8(position % 8) }
      let reader = try Repository.open(store, passphrase: nil).makeReader()
      for (id, content) in zip(place.ids, place.contents) {
        do {
          #expect(try reader.read(id) == content, "seed \(seed), byte \(position) of \(pack.name)")
        } catch let problem as Problem {
          #expect(problem.facts.contains(.init("object", pack.name.text)))
        }
      }
    }
  }

  @Test("Writers at once on one parent: each has its own next version, and all of them open")
  func writersAtOnce() throws {
    let store = MemoryStore()
    var place = Place(try Repository.create(in: store, encryption: .none))
    let rows = Sample.rows(0..<300)
    for night in 0..<4 {
      try place.take(Array(([Sample.row(night, version: night)] + rows).joined()))
    }
    let parent = try #require(place.ids.last)
    let writers = try (0..<3).map { _ in try place.repository.beginSnapshot(parent: place.parent) }
    var written: [ChunkID: [UInt8]] = [:]
    for (number, writer) in writers.enumerated() {
      // The second and the third write the same: neither sees the other, so it is stored twice.
      let raw = Array((rows + [Sample.row(min(number, 1), version: 99)]).joined())
      let chunk = try writer.makeEncoder().write(raw.span, after: parent)
      #expect(chunk.isDelta && chunk.isNew)
      written[chunk.id] = raw
      _ = try writer.commit(manifest: chunk.id.bytes, at: Sample.time, closure: [chunk.id])
    }
    let repository = try Repository.open(store, passphrase: nil)
    let table = try repository.index.table()
    let reader = try repository.makeReader()
    for (id, raw) in written {
      #expect(try reader.read(id) == raw)
      #expect(try table.locations(of: id).allSatisfy { $0.instance.version == 4 })
    }
    #expect(written.count == 2 && table.count == 7)
    #expect(try repository.check(reading: .all, closure: Sample.closure).isSound)
  }

  @Test("Five nights of 1 % scattered updates add less than 15 % of a full copy")
  func fiveNights() throws {
    let store = MemoryStore()
    let repository = try Repository.create(in: store, encryption: .none)
    let stripes = 12
    let perStripe = 2000
    var rows = Sample.rows(0..<stripes * perStripe)
    var latest: [ChunkID?] = Array(repeating: nil, count: stripes)
    var parent: SnapshotName?
    var generator = Generator(seed: 1)
    var full = 0
    var added = 0
    for night in 0...5 {
      if night > 0 {
        for number in rows.indices where generator.next() % 100 == 0 {
          rows[number] = Sample.row(number, version: night)
        }
      }
      let writer = try repository.beginSnapshot(parent: parent)
      let encoder = try writer.makeEncoder()
      for stripe in 0..<stripes {
        let raw = Array(rows[stripe * perStripe..<(stripe + 1) * perStripe].joined())
        let written = try encoder.write(raw.span, level: 3, after: latest[stripe])
        #expect(written.isDelta == (night > 0))
        latest[stripe] = written.id
        if night == 0 { full += written.storedLength } else { added += written.storedLength }
      }
      parent = try writer.commit(manifest: [], at: Sample.time, closure: latest.compactMap { $0 })
    }
    // Versions 1 to 5 differ from their bases by 1, 2, 1, 4 and 1 nights, and each row that is new
    // in a delta takes its share of a full copy: 9 % if nothing is lost beside.
    #expect(added * 100 <= full * 15, "\(added) of \(full) bytes")
    #expect(added * 100 >= full * 8, "\(added) of \(full) bytes: fewer than the new rows hold")
  }
}

/// Numbers that a seed repeats (SplitMix64, Steele, Lea and Flood 2014).
struct Generator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mix = state
    mix = (mix ^ (mix >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mix = (mix ^ (mix >> 27)) &* 0x94D0_49BB_1331_11EB
    return mix ^ (mix >> 31)
  }
}
