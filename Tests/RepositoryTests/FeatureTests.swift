import ObjectStore
import Problems
import Testing

@testable import Repository

@Suite("What a format lists binds writers and collectors")
struct FeatureTests {
  @Test("A new repository names what its writers and collectors must know")
  func new() throws {
    let new = try Repository.create(in: MemoryStore(), encryption: .none)
    #expect(new.format.features.read == ["delta", "recipients"])
    #expect(new.format.features.write == ["recipients", "marks"])
    #expect(new.format.features.collect == ["delta", "recipients", "marks"])
  }

  @Test("A repository whose format tells writers nothing of marks, and which none may then get")
  func withoutMarks() throws {
    let collect = RepositoryFormat.new.collect
    for features in [
      RepositoryFormat.Features(read: [], write: [], collect: []),
      RepositoryFormat.Features(read: [], write: ["recipients"], collect: collect),
    ] {
      let store = MemoryStore()
      let format = RepositoryFormat(id: String(repeating: "ab", count: 16), features: features)
      let binding = try RepositoryBinding(format: format, bytes: format.encoded())
      let slot = try KeySlot.first(.none, label: "", created: 0, .random(), binding)
      try store.put(slot.name, slot.encoded())
      try store.put(RepositoryFormat.name, format.encoded())
      let repository = try Repository.open(store, passphrase: nil)
      try Sample.addSnapshot(to: repository, chunks: 1, seed: 1)
      let before = store.contents
      let problem = #expect(throws: Problem.self) {
        try repository.collect(closure: Sample.visit)
      }
      #expect(problem?.code == "repository.no-marks" && store.contents == before)
    }
  }

  @Test("A later format's feature keeps this program from writing and from removing")
  func laterFeatures() throws {
    for (write, collect) in [(["later"], []), ([], ["later"])] as [([String], [String])] {
      var features = RepositoryFormat.new
      features.write += write
      features.collect += collect
      let store = MemoryStore()
      let format = RepositoryFormat(id: String(repeating: "ab", count: 16), features: features)
      let binding = try RepositoryBinding(format: format, bytes: format.encoded())
      let slot = try KeySlot.first(.none, label: "", created: 0, .random(), binding)
      try store.put(slot.name, slot.encoded())
      try store.put(RepositoryFormat.name, format.encoded())
      let repository = try Repository.open(store, passphrase: nil)
      let refused = "repository.needs-newer-reader"
      let collection = #expect(throws: Problem.self) {
        try repository.collect(closure: Sample.visit)
      }
      #expect(collection?.code == refused)
      if collect.isEmpty {
        #expect(throws: Problem.self) { try repository.beginSnapshot(parent: nil) }
        let repair = #expect(throws: Problem.self) { try repository.repair() }
        #expect(repair?.code == refused)
        let rotation = #expect(throws: Problem.self) { try KeyKeeper(store, .none).rotate() }
        #expect(rotation?.code == refused)
      } else {
        let forgetting = #expect(throws: Problem.self) { try repository.forget([]) }
        #expect(forgetting?.code == refused)
        let undoing = #expect(throws: Problem.self) { try repository.undoMarks() }
        #expect(undoing?.code == refused)
      }
    }
  }
}
