import Dispatch
import Files
import Problems
import Testing

@testable import ObjectStore

@Suite("A local cache helps a remote store and never harms it")
struct CachedStoreTests {
  private let directory: TemporaryDirectory
  private let remote = MemoryStore()
  private let pack = ObjectName(components: "packs", "ab", "abcd")
  private let reads = Log()

  init() throws {
    directory = try TemporaryDirectory()
    try remote.put(pack, (0..<100_000).map { UInt8(truncatingIfNeeded: $0 >> 3) })
  }

  /// A store over the remote one, with a cache that it may share with others.
  private func store(limit: Int = 1 << 20) -> CachedStore {
    let reads = reads
    let far = FaultyStore(
      remote,
      isFar: true,
      hook: { operation, moment in
        if operation.verb == .get && moment == .before { reads.add(operation.target) }
      }
    )
    return CachedStore(far, directory: directory.path + "/cache", limit: limit)
  }

  private func expected(_ range: Range<Int>) throws -> [UInt8] {
    try remote.get(pack, range: range)
  }

  private func files() throws -> [String] {
    let path = directory.path + "/cache/packs/ab"
    return Directory.exists(path) ? try Directory.entries(of: path).map(\.name) : []
  }

  private func bytesOnDisk() throws -> Int {
    try Directory.entries(of: directory.path + "/cache/packs/ab").reduce(0) { $0 + $1.size }
  }

  @Test("A range is fetched once, and near from then on, also for the next process")
  func fetchedOnce() throws {
    let first = store()
    #expect(!first.isNear(pack, range: 10..<500))
    for _ in 0..<3 { #expect(try first.get(pack, range: 10..<500) == expected(10..<500)) }
    #expect(reads.lines.count == 1)
    #expect(first.isNear(pack, range: 10..<500) && !first.isNear(pack, range: 10..<501))
    #expect(first.statistics == .init(hits: 2, misses: 1))
    let second = store()
    #expect(second.isNear(pack, range: 10..<500))
    #expect(try second.get(pack, range: 10..<500) == expected(10..<500))
    #expect(reads.lines.count == 1 && second.statistics.hits == 1)
  }

  @Test("Only ranges of packs are kept: other objects may change under their name")
  func onlyPacks() throws {
    let format = ObjectName(components: "format")
    try remote.put(format, [1, 2, 3])
    let store = store()
    for _ in 0..<2 { #expect(try store.get(format, range: 0..<2) == [1, 2]) }
    _ = try store.get(pack)
    #expect(reads.lines == ["format", "format", pack.text])
    #expect(try files().isEmpty && store.statistics == .init())
  }

  @Test("A file that is torn, changed, longer or under another name is not believed")
  func damage() throws {
    let path = directory.path + "/cache/packs/ab/abcd.10-500"
    let other = directory.path + "/cache/packs/ab/abcd.1010-1500"
    _ = try store().get(pack, range: 10..<500)
    _ = try store().get(pack, range: 1010..<1500)
    let whole = try ReadableFile.contents(of: path)
    var changes = [Array(whole.prefix(7)), Array(whole.dropLast()), whole + [0], []]
    for position in [0, 9, 40, whole.count - 1] {
      var changed = whole
      changed[position] ^= 1
      changes.append(changed)
    }
    changes.append(try ReadableFile.contents(of: other))
    for bytes in changes {
      try AtomicFile.write(bytes, to: path, durability: .fast)
      let store = store()
      let before = reads.lines.count
      #expect(try store.get(pack, range: 10..<500) == expected(10..<500))
      #expect(reads.lines.count == before + 1)
      #expect(store.statistics.failures == 1 && store.statistics.firstFailure != nil)
      // The good bytes have taken the place of the bad ones.
      #expect(try ReadableFile.contents(of: path) == whole)
    }
  }

  @Test("A cache that cannot be written or read is no cache, and no error")
  func unusable() throws {
    try AtomicFile.write([1], to: directory.path + "/cache", durability: .fast)
    let store = store()
    for _ in 0..<2 { #expect(try store.get(pack, range: 10..<500) == expected(10..<500)) }
    #expect(reads.lines.count == 2 && store.statistics.hits == 0)
    #expect(store.statistics.failures >= 2 && store.statistics.firstFailure != nil)
  }

  @Test("What the store says of its own failure reaches the reader")
  func remoteFailure() throws {
    let gone = ObjectName(components: "packs", "ab", "gone")
    let problem = #expect(throws: Problem.self) { try store().get(gone, range: 0..<10) }
    #expect(problem?.code == StoreProblem.notFoundCode)
    #expect(try files().isEmpty)
  }

  @Test("The limit holds, and what was used last stays")
  func bounded() throws {
    let store = store(limit: 20_000)
    let favourite = 0..<1000
    for start in stride(from: 1000, to: 90_000, by: 1000) {
      _ = try store.get(pack, range: favourite)
      _ = try store.get(pack, range: start..<start + 1000)
      #expect(try bytesOnDisk() <= 20_000)
    }
    #expect(store.statistics == .init(hits: 88, misses: 90), "the favourite was fetched once")
    #expect(store.isNear(pack, range: 89_000..<90_000) && !store.isNear(pack, range: 1000..<2000))
  }

  @Test("A new process keeps within the limit what others have left, temporary files too")
  func leftovers() throws {
    for start in stride(from: 0, to: 15_000, by: 1000) {
      _ = try store(limit: 20_000).get(pack, range: start..<start + 1000)
    }
    let torn = directory.path + "/cache/packs/ab/.dead.partial"
    try AtomicFile.write([UInt8](repeating: 0, count: 17_000), to: torn, durability: .fast)
    let store = store(limit: 20_000)
    for start in stride(from: 20_000, to: 30_000, by: 1000) {
      #expect(try store.get(pack, range: start..<start + 1000) == expected(start..<start + 1000))
    }
    #expect(try bytesOnDisk() <= 20_000 && !files().contains(".dead.partial"))
    #expect(store.statistics.failures == 0)
  }

  @Test("A range that would empty the cache is not kept")
  func large() throws {
    let store = store(limit: 20_000)
    _ = try store.get(pack, range: 0..<1000)
    for _ in 0..<2 { _ = try store.get(pack, range: 0..<50_000) }
    #expect(try files() == ["abcd.0-1000"] && store.statistics.failures == 0)
  }

  @Test("Threads and processes that share a small cache all read the right bytes")
  func shared() throws {
    let failures = Log()
    let stores = [store(limit: 10_000), store(limit: 10_000), store(limit: 10_000)]
    DispatchQueue.concurrentPerform(iterations: 6) { worker in
      for step in 0..<150 {
        let start = (step * 7 + worker * 3) % 40 * 1000
        let range = start..<start + 900
        do {
          let bytes = try stores[worker % 3].get(pack, range: range)
          if try bytes != expected(range) { failures.add("wrong bytes of \(range)") }
        } catch {
          failures.add("\(error)")
        }
      }
    }
    #expect(failures.lines.isEmpty)
    // A file that another store takes away at that moment is no failure either.
    #expect(stores.map(\.statistics.failures) == [0, 0, 0])
  }
}
