import ObjectStore
import Problems
import TestSupport
import Testing

@testable import Repository

@Suite("Chunks are opened ahead, in their order")
struct ChunkAheadTests {
  @Test("They come as they were asked for, also the same one twice", arguments: [1, 9000, 1 << 20])
  func order(byteLimit: Int) throws {
    let (store, _, ids) = try Sample.repository(chunks: 40)
    let repository = try Repository.open(store, passphrase: nil)
    let wanted = ids.reversed() + ids
    let ahead = ChunkAhead(wanted, of: repository, byteLimit: byteLimit)
    let reader = try repository.makeReader()
    for id in wanted { #expect(try ahead.next() == reader.read(id)) }
  }

  @Test("No more wait to be taken than may, however slow the taker is")
  func bound() throws {
    let (store, _, ids) = try Sample.repository(chunks: 40)
    let repository = try Repository.open(store, passphrase: nil)
    let ahead = ChunkAhead(ids, of: repository, byteLimit: 7000)
    for left in (0..<ids.count).reversed() {
      #expect(ahead.rest() == min(9000, (left + 1) * 3000))
      _ = try ahead.next()
    }
  }

  @Test("A damaged chunk is told of in its turn, and those before and after it come")
  func damage() throws {
    let (store, _, ids) = try Sample.repository(chunks: 40)
    let pack = try #require(store.contents.keys.first { $0.text.hasPrefix("packs") })
    let repository = try Repository.open(store, passphrase: nil)
    let location = try #require(try repository.index.refreshed().locations(of: ids[5]).first)
    store.damage(pack) { $0?[location.offset + 100] ^= 1 }
    let ahead = ChunkAhead(ids, of: repository)
    for (number, id) in ids.enumerated() {
      if number == 5 {
        let problem = #expect(throws: Problem.self) { try ahead.next() }
        #expect(problem?.facts.contains(.init("chunk", id.description)) == true)
      } else {
        #expect(try ahead.next() == Sample.bytes(3000, seed: UInt64(100 + number)))
      }
    }
  }

  @Test("One who wants no more is not waited for")
  func stop() throws {
    let (store, _, ids) = try Sample.repository(chunks: 40)
    let repository = try Repository.open(store, passphrase: nil)
    weak var forgotten: ChunkAhead?
    do {
      let ahead = ChunkAhead(ids, of: repository, byteLimit: 1)
      forgotten = ahead
      _ = try ahead.next()
      ahead.stop()
    }
    // The thread holds it as long as it runs.
    Wait.asLongAs(forgotten != nil)
  }
}
