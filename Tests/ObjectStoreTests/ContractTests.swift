import Files
import ObjectStore
import Problems
import Testing

@Suite("Every store keeps the contract")
struct ContractTests {
  private let name = ObjectName(components: "packs", "ab", "abcd")

  @Test("What was put is got, whole and by range", arguments: Candidate.all)
  func putAndGet(candidate: Candidate) throws {
    let (store, ground) = try candidate.make()
    defer { withExtendedLifetime(ground) {} }
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
    try store.put(name, bytes)
    #expect(try store.get(name) == bytes)
    #expect(try store.get(name, range: 7..<1000) == Array(bytes[7..<1000]))
    #expect(try store.get(name, range: 100_000..<100_000) == [])
    #expect(try store.size(of: name) == bytes.count)
    let empty = ObjectName(components: "empty")
    try store.put(empty, [])
    #expect(try store.get(empty) == [])
  }

  @Test("A taken name is refused, and its object stays", arguments: Candidate.all)
  func writeOnce(candidate: Candidate) throws {
    let (store, ground) = try candidate.make()
    defer { withExtendedLifetime(ground) {} }
    try store.put(name, [1])
    let problem = #expect(throws: Problem.self) { try store.put(name, [2]) }
    #expect(problem?.code == StoreProblem.existsCode)
    #expect(try store.get(name) == [1])
  }

  @Test("A missing object and a short one name themselves", arguments: Candidate.all)
  func missing(candidate: Candidate) throws {
    let (store, ground) = try candidate.make()
    defer { withExtendedLifetime(ground) {} }
    let calls: [() throws -> Void] = [
      { _ = try store.get(name) }, { _ = try store.size(of: name) },
      { _ = try store.get(name, range: 0..<1) }, { try store.delete(name) },
    ]
    for call in calls {
      let problem = #expect(throws: Problem.self) { try call() }
      #expect(problem?.code == StoreProblem.notFoundCode)
      #expect(problem?.facts.contains(.init("object", name.text)) == true)
    }
    try store.put(name, [1, 2, 3])
    let short = #expect(throws: Problem.self) { try store.get(name, range: 1..<4) }
    #expect(short?.code == StoreProblem.shortCode)
  }

  @Test("Listing is sorted, below a directory of names only", arguments: Candidate.all)
  func listing(candidate: Candidate) throws {
    let (store, ground) = try candidate.make()
    defer { withExtendedLifetime(ground) {} }
    #expect(try store.list("packs").isEmpty)
    for text in ["packs/b/2", "packs/a/1", "packs2/c", "format"] {
      try store.put(try #require(ObjectName(text)), [0, 0])
    }
    #expect(try store.list("packs").map(\.name.text) == ["packs/a/1", "packs/b/2"])
    #expect(try store.list("").count == 4)
    #expect(try store.list("packs").allSatisfy { $0.size == 2 })
    try store.delete(ObjectName(components: "packs", "a", "1"))
    #expect(try store.list("packs").map(\.name.text) == ["packs/b/2"])
  }

  @Test(
    "A name that could leave the store is no name",
    arguments: ["", "/", "a/", "/a", "a//b", "..", "a/../b", ".hidden", "a b", "a\0", "é"]
  )
  func badNames(text: String) {
    #expect(ObjectName(text) == nil)
  }

  @Test("A directory's leftovers of a killed writer are no objects")
  func leftovers() throws {
    let directory = try TemporaryDirectory()
    let store = LocalStore(directory.path)
    try store.put(name, [1])
    try AtomicFile.write([9], to: directory.path + "/packs/ab/.123.partial")
    #expect(try store.list("").map(\.name) == [name])
  }
}

@Suite("A faulty store fails as planned")
struct FaultyStoreTests {
  private let name = ObjectName(components: "one")

  @Test("Failing before leaves nothing, after leaves all, tearing leaves a part")
  func faults() throws {
    let expectations: [(FaultyStore.Fault, [UInt8]?)] = [
      (.failBefore, nil), (.failAfter, [1, 2, 3]), (.tear(2), [1, 2]),
    ]
    for (fault, left) in expectations {
      let base = MemoryStore()
      let store = FaultyStore(base) { _ in fault }
      let problem = #expect(throws: Problem.self) { try store.put(name, [1, 2, 3]) }
      #expect(problem?.code == "store.fault")
      #expect(base.contents[name] == left)
    }
  }

  @Test("The hook sees every call before and after")
  func hook() throws {
    let moments = Log()
    let store = FaultyStore(MemoryStore(), hook: { moments.add("\($1) \($0.verb) \($0.number)") })
    try store.put(name, [1])
    _ = try store.list("")
    #expect(moments.lines == ["before put 1", "after put 1", "before list 2", "after list 2"])
    #expect(store.operations == 2)
  }
}
