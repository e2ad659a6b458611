import ObjectStore
import Problems
import Testing

@testable import Repository

@Suite("A closure is whole when every chunk in it has a whole chain")
struct ClosureCheckTests {
  private let store = MemoryStore()
  private let repository: Repository

  init() throws {
    repository = try Repository.create(in: store, encryption: .none)
  }

  private func id(_ number: UInt8) throws -> ChunkID {
    try #require(ChunkID([UInt8](repeating: number, count: 32)))
  }

  /// Stores a pack of the right size and an index object that says what would be in it.
  private func add(_ chunk: UInt8, version: UInt8 = 0, on base: UInt8? = nil) throws -> ObjectName {
    let instance = Instance(
      id: try id(chunk),
      base: try base.map { try id($0) },
      generation: 1,
      storedLength: 10,
      rawLength: 100,
      kind: .data,
      codec: base == nil ? .zstd : .zstdWithBase,
      version: version
    )
    let pack = try id(UInt8(200 + (try store.list("packs").count)))
    let entry = PackEntry(id: pack, size: 1000, instances: [(instance, 8)])
    try InstanceIndex.write([entry], store, repository.sealed)
    try store.put(Pack.name(pack), [UInt8](repeating: 0, count: 1000))
    return Pack.name(pack)
  }

  private func check(_ chunks: [UInt8]) throws {
    var check = try ClosureCheck(in: repository)
    for chunk in chunks { try check.need(id(chunk)) }
    try check.verify()
  }

  @Test("Chunks with their bases, some of them twice, make a closure")
  func whole() throws {
    _ = try (add(1), add(2, version: 2, on: 1), add(3, version: 3, on: 2), add(4))
    try check([3, 4, 3, 1])
    try check([])
  }

  @Test("A base that is missing makes its chunk missing, once for each time it is needed")
  func missingBase() throws {
    _ = try (add(2, version: 2, on: 1), add(3, version: 3, on: 2), add(4))
    let problem = #expect(throws: Problem.self) { try check([3, 4, 3]) }
    #expect(problem?.code == "repository.incomplete-snapshot")
    #expect(problem?.reason == "2 of its chunks are in no pack")
    #expect(try problem?.facts.first?.value == id(3).description)
  }

  @Test("Where the shallowest chain is broken, another one counts")
  func anotherChain() throws {
    let full = try add(1)
    _ = try (add(2, version: 2, on: 1), add(3, version: 3, on: 2), add(3, version: 1, on: 9))
    try check([3])
    try store.delete(full)
    #expect(throws: Problem.self) { try check([3]) }
  }

  @Test("A pack that goes between two looks is noticed, also when only a base is in it")
  func packGone() throws {
    let full = try add(1)
    _ = try (add(2, version: 2, on: 1), add(5))
    var check = try ClosureCheck(in: repository)
    try check.need(id(2))
    try check.verify()
    try store.delete(full)
    let problem = #expect(throws: Problem.self) { try check.verify() }
    #expect(problem?.reason == "the object \(full) is missing")
  }
}
